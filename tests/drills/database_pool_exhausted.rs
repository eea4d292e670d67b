use registrar_tests::other_session::OtherSession;

use super::drill::drill_with;

/// Fewer connections than there are writers.
const SMALL_POOL: &[(&str, &str)] = &[("REGISTRAR_DATABASE_CONNECTIONS", "1")];

#[tokio::test(flavor = "multi_thread")]
#[ignore = "a drill, for `make drills`"]
async fn a_worker_that_waits_for_connections_is_noticed_until_there_are_enough() {
    drill_with("DatabasePoolExhausted", [&[], SMALL_POOL], async |stage, drill| {
        let load = stage.load();
        let mut other_session = OtherSession::connect(&stage.servers.database_url).await;
        drill.causes(
            "a session locks the table students, and the worker's only connection waits for it",
        );
        other_session.sql("LOCK TABLES students WRITE").await;
        let ticket = drill.fires(&[("job", "registrar-worker")]).await;

        drill.follows(
            "the session that holds the lock is ended",
            "Find the transaction in `SHOW ENGINE INNODB STATUS`, and end it",
        );
        drop(other_session);
        drill.resolves(ticket).await;
        stage.nothing_is_lost(load).await;
    })
    .await;
}
