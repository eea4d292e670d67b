use registrar_tests::api::{Api, id_of};
use registrar_tests::oracle::Oracle;
use registrar_tests::student::Student;
use registrar_tests::worker::Worker;

use super::Home;

#[tokio::test(flavor = "multi_thread")]
async fn a_student_that_the_database_refuses_goes_on_hold_and_the_others_are_registered() {
    let home = Home::new().await;
    let oracle = Oracle::new(&home.servers.database_url);
    oracle.sql("ALTER TABLE students ADD CONSTRAINT c CHECK (first_name <> 'Mallory')").await;
    let api = Api::start(&home.servers).await;
    let mut references = Vec::new();
    for number in 0..50 {
        let first_name = if number == 20 { "Mallory" } else { "Ada" };
        let student = Student { first_name: first_name.to_owned(), ..Student::unique() };
        references.push(api.accepted(&student).await);
    }
    // Started only now, so that they share a batch.
    let worker = Worker::start(&home.servers).await;
    let poison = references.remove(20);
    for reference in &references {
        assert_eq!(api.decided(reference).await["status"], "registered");
    }
    let status = api.decided(&poison).await;
    assert_eq!(status["status"], "on_hold");
    assert!(status["message"].as_str().unwrap().starts_with("Your registration is safe"));

    let dead_letters = oracle.dead_letters(1).await;
    assert_eq!(dead_letters.len(), 1, "{dead_letters:?}");
    assert_eq!(dead_letters[0].registration_id, Some(id_of(&poison)));
    assert_eq!(dead_letters[0].reason, "refused_by_database");
    assert_eq!(dead_letters[0].lane.as_deref(), Some("interactive"));
    let counted = r#"registration_dead_letters_total{reason="refused_by_database"}"#;
    worker.counts(counted, 1).await;
}
