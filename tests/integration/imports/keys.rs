use std::time::Duration;

use registrar_storage::{ImportKeys, Pool};
use registrar_tests::api::json;
use registrar_tests::wait;

use super::{Importing, create_key, file};

#[tokio::test(flavor = "multi_thread")]
async fn only_a_key_that_is_valid_now_opens_the_way() {
    let importing = Importing::start().await;
    let home = &importing.home;
    let keys = ImportKeys::new(Pool::new(&home.servers.database_settings()));
    let expired = create_key(home, "north-school", Some(Duration::from_millis(1))).await;
    let revoked = create_key(home, "north-school", None).await;
    let number = keys.list().await.unwrap().last().unwrap().id;
    assert!(keys.revoke(number, "a test").await.unwrap());
    wait::until("the key is expired", async || {
        keys.list()
            .await
            .unwrap()
            .iter()
            .any(|key| !key.is_valid && key.revoked.is_none())
            .then_some(())
    })
    .await;
    let unknown = format!("registrar_{}", "0".repeat(64));
    for (key, named) in
        [(&*unknown, "unknown"), (&expired, "expired"), (&revoked, "revoked"), ("x", "malformed")]
    {
        let answer = importing.upload_with(key, "", file(1)).send().await.unwrap();
        assert_eq!(answer.status(), 401, "{named}");
        let challenge = answer.headers()["www-authenticate"].to_str().unwrap();
        assert!(challenge.starts_with("Bearer ") && challenge.contains("invalid_token"), "{named}");
        assert_eq!(json(answer).await["type"], "/docs#unauthorized", "{named}");
    }
    let without = importing.api.client.post(format!("{}/imports", importing.api.url)).body(file(1));
    let answer = without.send().await.unwrap();
    assert_eq!(answer.status(), 401);
    assert_eq!(answer.headers()["www-authenticate"], "Bearer realm=\"imports\"");
    assert!(importing.queued().await.is_empty());
    assert_eq!(importing.upload(file(1)).send().await.unwrap().status(), 202);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_that_is_revoked_after_it_was_used_is_soon_refused() {
    let importing = Importing::start().await;
    let imports = || importing.api.get("/imports").bearer_auth(&importing.key).send();
    assert_eq!(imports().await.unwrap().status(), 200);
    let keys = ImportKeys::new(Pool::new(&importing.home.servers.database_settings()));
    let number = keys.list().await.unwrap()[0].id;
    assert!(keys.revoke(number, "a test").await.unwrap());
    wait::until("the key is refused", async || {
        (imports().await.unwrap().status() == 401).then_some(())
    })
    .await;
}
