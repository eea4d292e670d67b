use registrar_tests::api::Api;
use registrar_tests::other_session::OtherSession;
use registrar_tests::student::Student;
use registrar_tests::wait;
use registrar_tests::worker::Worker;
use serde_json::json;

use super::{ledger, settings};
use crate::command_line::registrar;
use crate::end_to_end::Home;

#[tokio::test(flavor = "multi_thread")]
async fn what_was_accepted_is_settled_or_in_flight() {
    let home = Home::new().await;
    let api = Api::start(&home.servers).await;
    let worker = Worker::start(&home.servers).await;
    let (ada, twin) = (Student::unique(), Student::unique());
    let twin = Student { email: ada.email.clone(), ..twin };
    let mut references = Vec::new();
    for student in [&ada, &twin, &Student::unique()] {
        references.push(api.accepted(student).await);
    }
    for reference in &references {
        api.decided(reference).await;
    }
    let (code, said) = wait::until("the ledger knows of all three", async || {
        let (code, said) = ledger(&home.servers).await;
        let lane = &said["lanes"]["interactive"];
        (lane["confirmed"] == 3 && lane["settled"] == 3).then_some((code, said))
    })
    .await;
    let nothing = json!({
        "confirmed": 0, "settled": 0, "in_flight": 0, "unaccounted": 0, "unconfirmed": 0,
        "settled_unconfirmed": 0, "in_doubt": 0,
    });
    let mut all = nothing.clone();
    (all["confirmed"], all["settled"]) = (json!(3), json!(3));
    let registrations = json!({ "registered": 2, "rejected": 1, "on_hold": 0, "repeats": 0 });
    let expected = json!({
        "lanes": { "interactive": all, "bulk": nothing },
        "registrations": registrations,
        "unaccounted": 0,
    });
    assert_eq!((code, said), (Some(0), expected));
    let ended = registrar(&["ledger", "--between", "1ms"], &settings(&home.servers)).await;
    assert!(ended.stdout.ends_with("Everything that was accepted is accounted for.\n"));
    assert_eq!(worker.counted("registration_unaccounted").await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_is_not_there_is_one_sentence() {
    let home = Home::new().await;
    let settings =
        [("DATABASE_URL", home.servers.database_url.as_str()), ("AMQP_URL", "amqp://127.0.0.1:9")];
    let ended = registrar(&["ledger"], &settings).await;
    assert_eq!((ended.code, ended.stdout.as_str()), (Some(2), ""), "{ended:?}");
    assert_eq!(ended.stderr.lines().count(), 1, "{ended:?}");
    assert!(ended.stderr.contains("RabbitMQ cannot be reached"), "{ended:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_ledger_that_is_locked_is_not_known_now_and_wrong_for_the_doctor() {
    let home = Home::new().await;
    let mut other_session = OtherSession::connect(&home.servers.database_url).await;
    other_session.sql("LOCK TABLES ledger WRITE").await;
    let settings = settings(&home.servers);
    let ended = registrar(&["ledger"], &settings).await;
    assert_eq!((ended.code, ended.stdout.as_str()), (Some(2), ""), "{ended:?}");
    for part in ["is not known now", "(MySQL error 1205)", "stored all the same"] {
        assert!(ended.stderr.contains(part), "{part}: {ended:?}");
    }
    let doctor = registrar(&["doctor"], &settings).await;
    assert_eq!(doctor.code, Some(1), "{doctor:?}");
    let wrong = "The table `ledger` cannot be read and written";
    assert!(doctor.stdout.contains(wrong), "{}", doctor.stdout);
    assert!(doctor.stdout.contains("The user may write what the worker writes."));
    other_session.sql("UNLOCK TABLES").await;
    let doctor = registrar(&["doctor"], &settings).await;
    assert!(doctor.stdout.contains("It can be read and written."), "{}", doctor.stdout);
}
