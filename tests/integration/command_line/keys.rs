use registrar_tests::oracle::Oracle;
use serde_json::Value;

use super::{Ended, Home, registrar};

async fn keys(home: &Home, arguments: &[&str]) -> Ended {
    let settings = [("DATABASE_URL", home.servers.database_url.as_str()), ("USER", "ada")];
    registrar(&[&["keys"], arguments].concat(), &settings).await
}

async fn listed(home: &Home) -> Vec<Value> {
    let ended = keys(home, &["list", "--json"]).await;
    assert_eq!((ended.code, ended.stderr.as_str()), (Some(0), ""), "{ended:?}");
    serde_json::from_str(&ended.stdout).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_is_shown_once_and_only_its_hash_is_kept() {
    let home = Home::new().await;
    let ended = keys(&home, &["create", "north-school", "--expires", "90d"]).await;
    assert_eq!(ended.code, Some(0), "{ended:?}");
    let key = ended.stdout.trim();
    assert_eq!(key.len(), "registrar_".len() + 64, "stdout is the key alone: {ended:?}");
    assert!(ended.stderr.contains("not shown again"), "{ended:?}");
    let oracle = Oracle::new(&home.servers.database_url);
    let kept = format!("import_keys WHERE key_hash = UNHEX(SHA2('{key}', 256))");
    assert_eq!(oracle.count(&kept).await, 1);
    let keys = listed(&home).await;
    assert_eq!(keys.len(), 1);
    assert_eq!(
        (&keys[0]["importer"], &keys[0]["state"]),
        (&"north-school".into(), &"valid".into())
    );
    assert_eq!(keys[0]["created_by"], "ada");
    assert!(!keys[0].to_string().contains(key), "a listed key hides what it is");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_revoked_and_an_expired_key_are_listed_as_such() {
    let home = Home::new().await;
    for arguments in [&["create", "a"][..], &["create", "a", "--expires", "1ms"], &["create", "b"]]
    {
        assert_eq!(keys(&home, arguments).await.code, Some(0));
    }
    let first = listed(&home).await[0]["id"].to_string();
    let ended = keys(&home, &["revoke", &first]).await;
    assert_eq!((ended.code, ended.stderr.as_str()), (Some(0), ""), "{ended:?}");
    let states: Vec<_> = listed(&home).await.iter().map(|key| key["state"].clone()).collect();
    assert_eq!(states, ["revoked", "expired", "valid"]);
    let again = keys(&home, &["revoke", &first]).await;
    assert_eq!(again.code, Some(2), "{again:?}");
    assert!(again.stderr.contains("registrar keys list"), "{again:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_name_that_is_none_is_refused_with_what_it_may_be() {
    let home = Home::new().await;
    let ended = keys(&home, &["create", "North School"]).await;
    assert_eq!(ended.code, Some(2), "{ended:?}");
    assert!(
        ended.stderr.contains("a to z, A to Z, digits, dots, hyphens and underscores"),
        "{ended:?}"
    );
    assert!(listed(&home).await.is_empty());
}
