use registrar_tests::other_session::OtherSession;
use reqwest::StatusCode;

use super::drill::drill;
use super::stage::Stage;

const FILE: &str = "first_name,last_name,email\nAda,Lovelace,ada@example.com\n";

#[tokio::test(flavor = "multi_thread")]
#[ignore = "a drill, for `make drills`"]
async fn files_that_are_not_taken_in_are_noticed_until_keys_can_be_read_again() {
    drill("ImportsFailing", async |stage, drill| {
        let key = stage.registrar(&["keys", "create", "north-school"]).await;
        let mut other_session = OtherSession::connect(&stage.servers.database_url).await;
        drill.causes("a session locks the table import_keys, and an importer uploads three files");
        other_session.sql("LOCK TABLES import_keys WRITE").await;
        for _ in 0..3 {
            assert_eq!(upload(stage, &key).await, StatusCode::SERVICE_UNAVAILABLE);
        }
        let ticket = drill.fires(&[]).await;

        drill.follows(
            "the session that holds the lock is ended",
            "end the session that holds it: `SHOW FULL PROCESSLIST` names it",
        );
        drop(other_session);
        assert_eq!(upload(stage, &key).await, StatusCode::ACCEPTED);
        drill.resolves(ticket).await;
    })
    .await;
}

async fn upload(stage: &Stage, key: &str) -> StatusCode {
    let request = stage.api.client.post(format!("{}/imports", stage.api.url));
    request.bearer_auth(key.trim()).body(FILE).send().await.unwrap().status()
}
