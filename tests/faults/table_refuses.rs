use registrar_tests::wait;
use registrar_tests::worker::Worker;
use serde_json::Value;

use super::scene::play;

const PAUSED: &str = r#"registration_worker_paused{lane="interactive"}"#;
const REFUSE_EVERY_ROW: &str = "CREATE TRIGGER t BEFORE INSERT ON students FOR EACH ROW
    SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'every row is refused'";

#[tokio::test(flavor = "multi_thread")]
async fn a_table_that_refuses_every_row_stops_the_worker_and_puts_no_student_on_hold() {
    play(async |scene| {
        // A batch of fewer than eight rows cannot be distinguished from one of bad rows.
        let settings = [("REGISTRAR_BATCH_LINGER", "100ms")];
        let worker = Worker::start_with(&scene.servers, &settings).await;
        let load = scene.load();
        load.accepts(300).await;
        scene.oracle.sql(REFUSE_EVERY_ROW).await;
        wait::until("the worker consumes no more", async || {
            (worker.counted(PAUSED).await == 1).then_some(())
        })
        .await;
        let says_what_to_do = |line: &Value| {
            let message = line["message"].as_str().unwrap_or_default();
            line["level"] == "ERROR" && message.contains("refuses every row of the table students")
        };
        worker.program.line("what an operator has to do", says_what_to_do).await;
        load.accepts(300).await;
        assert_eq!(scene.oracle.count("dead_letters").await, 0);

        scene.oracle.sql("DROP TRIGGER t").await;
        let recovered_in = load.recovers(&scene.oracle).await;
        scene.verdict("a table that refuses every row", load, recovered_in).await;
    })
    .await;
}
