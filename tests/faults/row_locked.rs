use registrar_tests::other_session::OtherSession;
use registrar_tests::student::Student;
use registrar_tests::worker::Worker;

use super::lock_waits::waits_in_vain;
use super::scene::play;

#[tokio::test(flavor = "multi_thread")]
async fn while_one_row_stays_locked_only_its_registration_waits() {
    play(async |scene| {
        let worker = Worker::start(&scene.servers).await;
        let load = scene.load();
        load.accepts(300).await;
        let student = Student::unique();
        let mut other_session = OtherSession::connect(&scene.servers.database_url).await;
        other_session.takes(&student.email).await;
        let culprit = scene.accepted(&student).await;
        waits_in_vain(&worker, 1).await;
        let recovered_in = load.recovers(&scene.oracle).await;
        // All the others, those of the same batches too, are settled while the row stays locked.
        load.accepts(500).await;
        let answers = load.stop().await;
        let tally = scene.oracle.all_decided(&answers.accepted).await;
        assert_eq!((tally.lost, tally.on_hold), (0, 0), "{tally}");
        assert!(!scene.oracle.is_decided(culprit).await);

        other_session.sql("ROLLBACK").await;
        let fault = "a row locked by another session";
        let tally = scene.verdict_on(fault, answers.and(&[culprit]), recovered_in).await;
        assert_eq!(tally.on_hold, 0, "{tally}");
    })
    .await;
}
