use registrar_tests::other_session::OtherSession;
use registrar_tests::student::Student;
use registrar_tests::wait;
use registrar_tests::worker::Worker;

use super::scene::play;

/// Next to each other, and before all that the load registers: so they are in one INSERT.
const FIRST: &str = "a.1@example.com";
const SECOND: &str = "a.2@example.com";

/// One batch of everything that waits. Its INSERT takes as long as the test needs at the gate.
const SETTINGS: [(&str, &str); 3] = [
    ("REGISTRAR_INTERACTIVE_WRITERS", "1"),
    ("REGISTRAR_BATCH_LINGER", "500ms"),
    ("REGISTRAR_DATABASE_STATEMENT_TIMEOUT", "1m"),
];

/// Between the first and the second an INSERT waits until the gate is open. An INSERT waits for a row for
/// one second only, in which a busy machine may not get the other session to wait as well.
const GATE: &str = "CREATE TRIGGER gate AFTER INSERT ON students FOR EACH ROW
    IF NEW.email = 'a.1@example.com' THEN DO GET_LOCK('gate', 60), RELEASE_LOCK('gate'); END IF";

const DEADLOCK: &str = r#"db_errors_total{class="transient",code="1213"}"#;

/// MySQL ends the session that has written less.
const MORE_THAN_A_BATCH: &str = "INSERT INTO ballast
     WITH RECURSIVE numbers (number) AS
         (SELECT 1 UNION ALL SELECT number + 1 FROM numbers WHERE number < 50)
     SELECT a.number * 100 + b.number FROM numbers a CROSS JOIN numbers b";

#[tokio::test(flavor = "multi_thread")]
async fn a_batch_that_is_the_victim_of_a_deadlock_is_stored_by_the_next_attempt() {
    play(async |scene| {
        scene.oracle.sql("CREATE TABLE ballast (number INT PRIMARY KEY)").await;
        scene.oracle.sql(GATE).await;
        let mut gate = OtherSession::connect(&scene.servers.database_url).await;
        gate.sql("DO GET_LOCK('gate', 0)").await;
        // The first message is taken alone; the next two are in one batch, whatever the load adds.
        let alone = scene.accepted(&Student::unique()).await;
        let both = [scene.accepted(&student(FIRST)).await, scene.accepted(&student(SECOND)).await];
        let load = scene.load();
        load.accepts(50).await;
        let mut other_session = OtherSession::connect(&scene.servers.database_url).await;
        other_session.takes(SECOND).await;
        other_session.sql(MORE_THAN_A_BATCH).await;

        let worker = Worker::begin(&scene.servers, &SETTINGS).await;
        // It has inserted the first and is about to insert the second: rows go in by their addresses.
        gate.sees_inserted(FIRST).await;
        let opening = async {
            gate.waits_for_a_lock().await;
            gate.sql("DO RELEASE_LOCK('gate')").await;
        };
        tokio::join!(other_session.inserts(FIRST), opening);
        wait::until("the worker is the one who could not go on", async || {
            (worker.counted(DEADLOCK).await == 1).then_some(())
        })
        .await;
        other_session.sql("ROLLBACK").await;
        let recovered_in = load.recovers(&scene.oracle).await;
        let answers = load.stop().await.and(&[alone]).and(&both);
        let tally = scene.verdict_on("deadlock", answers, recovered_in).await;
        assert_eq!(tally.on_hold, 0, "{tally}");
    })
    .await;
}

fn student(email: &str) -> Student {
    Student { email: email.to_owned(), ..Student::unique() }
}
