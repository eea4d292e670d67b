use registrar_tests::other_session::OtherSession;
use registrar_tests::student::Student;
use registrar_tests::wait;
use registrar_tests::worker::Worker;

use super::scene::play;

const WAITED_IN_VAIN: &str = r#"db_errors_total{class="transient",code="1205"}"#;

#[tokio::test(flavor = "multi_thread")]
async fn a_locked_row_and_then_a_locked_table_delay_students_and_lose_none() {
    play(async |scene| {
        let worker = Worker::start(&scene.servers).await;
        let load = scene.load();
        load.accepts(300).await;
        let student = Student::unique();
        let mut other_session = OtherSession::connect(&scene.servers.database_url).await;
        other_session.takes(&student.email).await;
        let accepted = scene.accepted(&student).await;
        waits_in_vain(&worker, 2).await;
        other_session.sql("ROLLBACK").await;
        load.recovers(&scene.oracle).await;

        other_session.sql("LOCK TABLES students WRITE").await;
        waits_in_vain(&worker, 2).await;
        other_session.sql("UNLOCK TABLES").await;
        let recovered_in = load.recovers(&scene.oracle).await;
        let answers = load.stop().await.and(&[accepted]);
        let fault = "lock waits, for a row and a table";
        let tally = scene.verdict_on(fault, answers, recovered_in).await;
        assert_eq!(tally.on_hold, 0, "{tally}");
    })
    .await;
}

/// Waits until it has waited for a lock in vain so many times more.
pub(super) async fn waits_in_vain(worker: &Worker, times: usize) {
    let before = worker.counted(WAITED_IN_VAIN).await;
    wait::until("the worker has waited for the lock in vain", async || {
        (worker.counted(WAITED_IN_VAIN).await >= before + times).then_some(())
    })
    .await;
}
