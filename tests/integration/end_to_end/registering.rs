use registrar_tests::api::{Api, id_of};
use registrar_tests::oracle::Oracle;
use registrar_tests::student::{Student, unique_key};
use registrar_tests::worker::Worker;
use serde_json::Value;

use super::Home;

#[tokio::test(flavor = "multi_thread")]
async fn an_accepted_student_is_registered_a_moment_later() {
    let home = Home::new().await;
    let (api, _worker) = (Api::start(&home.servers).await, Worker::start(&home.servers).await);
    let reference = api.accepted(&Student::unique()).await;
    let status = api.decided(&reference).await;
    assert_eq!(status["status"], "registered");
    assert_eq!(Oracle::new(&home.servers.database_url).students().await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_of_any_script_is_registered_once_in_all_its_spellings() {
    let home = Home::new().await;
    let (api, _worker) = (Api::start(&home.servers).await, Worker::start(&home.servers).await);
    for [entered, other_spelling] in [
        ["संपर्क@डाटामेल.भारत", "\u{202a}संपर्क@xn--c2bd4bq1db8d.xn--h2brj9c\u{202c}"],
        ["a@உதாரணம்.சிங்கப்பூர்", "mailto:A@xn--zkc6cc5bi7f6e.xn--clchc0ea0b2g2a9gcd"],
        ["نامه@مثال.ایران", "<نامه＠xn--mgbh0fb.xn--mgba3a4f16a>"],
        ["ada@example.com", "\"ada\"@EXAMPLE.com"],
    ] {
        let student = |email: &str| Student { email: email.to_owned(), ..Student::unique() };
        let first = api.decided(&api.accepted(&student(entered)).await).await;
        assert_eq!(first["status"], "registered", "{entered}");
        let second = api.decided(&api.accepted(&student(other_spelling)).await).await;
        assert_eq!(second["code"], "email_already_registered", "{other_spelling}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_student_with_one_name_is_registered() {
    let home = Home::new().await;
    let (api, _worker) = (Api::start(&home.servers).await, Worker::start(&home.servers).await);
    let student = Student {
        first_name: "Suharto".to_owned(),
        last_name: "–".to_owned(),
        ..Student::unique()
    };
    let status = api.decided(&api.accepted(&student).await).await;
    assert_eq!(status["status"], "registered");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_student_with_the_same_address_is_rejected() {
    let home = Home::new().await;
    let (api, _worker) = (Api::start(&home.servers).await, Worker::start(&home.servers).await);
    let first = Student::unique();
    let second = Student { email: first.email.to_uppercase(), ..Student::unique() };
    api.decided(&api.accepted(&first).await).await;
    let status = api.decided(&api.accepted(&second).await).await;
    assert_eq!(status["status"], "rejected");
    assert_eq!(status["code"], "email_already_registered");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_repeated_with_its_key_ends_in_one_registration() {
    let home = Home::new().await;
    let (api, _worker) = (Api::start(&home.servers).await, Worker::start(&home.servers).await);
    let (student, key) = (Student::unique(), unique_key());
    let mut references = Vec::new();
    for _ in 0..5 {
        let response = api.register(&student).header("Idempotency-Key", &key).send().await.unwrap();
        let body: Value = response.json().await.unwrap();
        references.push(body["reference"].as_str().unwrap().to_owned());
    }
    references.dedup();
    assert_eq!(references.len(), 1, "the same key leads to the same status URL");
    assert_eq!(api.decided(&references[0]).await["status"], "registered");
    assert_eq!(Oracle::new(&home.servers.database_url).students().await, 1);
}

/// How a student's data is sent with a key.
type Way<'a> = &'a dyn Fn(&Student, &str) -> reqwest::RequestBuilder;

/// However two students send their data with one key, each gets a reference of its own, and
/// that is the reference of the student whose data was sent.
#[tokio::test(flavor = "multi_thread")]
async fn two_students_with_one_key_are_two_registrations_each_with_its_own_reference() {
    let home = Home::new().await;
    let (api, _worker) = (Api::start(&home.servers).await, Worker::start(&home.servers).await);
    let oracle = Oracle::new(&home.servers.database_url);
    let url = format!("{}/register", api.url);
    let json = |student: &Student, key: &str| {
        api.register(student).header("Idempotency-Key", key).header("Prefer", "wait=20")
    };
    let form = |student: &Student, key: &str| {
        let Student { first_name, last_name, email } = student;
        let fields = [
            ("first_name", first_name.as_str()),
            ("last_name", last_name),
            ("email", email),
            ("idempotency_key", key),
        ];
        api.client.post(&url).form(&fields).header("Prefer", "wait=20")
    };
    for way in [&json as Way<'_>, &form] {
        let (one, other, key) = (Student::unique(), Student::unique(), unique_key());
        let mut references = Vec::new();
        for student in [&one, &other, &one, &other] {
            let body: Value = way(student, &key).send().await.unwrap().json().await.unwrap();
            assert_eq!(body["status"], "registered", "{body}");
            let reference = body["reference"].as_str().unwrap().to_owned();
            let id = id_of(&reference).to_string().replace('-', "");
            let of_student =
                format!("students WHERE registration_id = X'{id}' AND email = '{}'", student.email);
            assert_eq!(
                oracle.count(&of_student).await,
                1,
                "this is another student's registration"
            );
            references.push(reference);
        }
        assert_ne!(references[0], references[1]);
        assert_eq!(references[..2], references[2..], "the same request again is the same");
    }
    assert_eq!(oracle.students().await, 4);
}
