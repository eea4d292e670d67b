use super::dashboards::query;
use super::drill::drill_with;

/// Many attempts, each of its own.
const SMALL_BATCHES: &[(&str, &str)] = &[("REGISTRAR_BATCH_ROWS", "1")];

const DEADLOCKS: &str = "CREATE TRIGGER deadlocks BEFORE INSERT ON students FOR EACH ROW \
     IF RAND() < 0.5 THEN SIGNAL SQLSTATE '40001' SET MYSQL_ERRNO = 1213; END IF";

#[tokio::test(flavor = "multi_thread")]
#[ignore = "a drill, for `make drills`"]
async fn attempts_that_fail_again_and_again_are_noticed_until_their_cause_is_gone() {
    drill_with("RetriesStorming", [&[], SMALL_BATCHES], async |stage, drill| {
        let load = stage.load();
        drill.causes("MySQL answers every other INSERT as the victim of a deadlock (by a trigger)");
        stage.oracle.sql(DEADLOCKS).await;
        drill.monitoring.answers(&query("storage", "What does MySQL answer?", "B")).await;
        let ticket = drill.fires(&[]).await;

        drill.follows(
            "what causes the deadlocks is removed",
            "Locks: find the transaction in `SHOW ENGINE INNODB STATUS`, and end it.",
        );
        stage.oracle.sql("DROP TRIGGER deadlocks").await;
        drill.resolves(ticket).await;
        stage.nothing_is_lost(load).await;
    })
    .await;
}
