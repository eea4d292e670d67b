use registrar_tests::api::Api;
use registrar_tests::browser::{Browser, PAGES};
use registrar_tests::collector::Collector;
use registrar_tests::student::{Student, unique_key};
use registrar_tests::wait::TIMEOUT;

use super::Home;

#[tokio::test(flavor = "multi_thread")]
async fn no_name_address_reference_or_key_is_in_any_span_log_or_metric() {
    let home = Home::new().await;
    let collector = Collector::start().await;
    let endpoint = collector.endpoint();
    let settings = [
        ("OTEL_EXPORTER_OTLP_ENDPOINT", endpoint.as_str()),
        ("REGISTRAR_LOG", "debug"),
        ("REGISTRAR_PAGES", PAGES),
    ];
    let mut api = Api::start_with(&home.servers, &settings).await;
    let student = Student {
        first_name: "Hildegard".to_owned(),
        last_name: "Unmistakable".to_owned(),
        ..Student::unique()
    };
    let key = unique_key();
    let request = api.register(&student).header("Idempotency-Key", &key);
    let body: serde_json::Value = request.send().await.unwrap().json().await.unwrap();
    let reference = body["reference"].as_str().unwrap().to_owned();
    api.status(&reference).await;
    // What a form with the wrong method, and a mistyped address, would send.
    let lost = format!("/register?email={}&key={key}", student.email);
    api.get(&lost).send().await.unwrap();
    api.get(&format!("/nowhere/{}", student.email)).send().await.unwrap();
    let browser = Browser::at(&api);
    let path = browser.accepted("/register?lang=fa", &student, &key).await;
    browser.get(&path).await;
    let invalid = Student { email: format!("{} ", student.email.replace('@', "@@")), ..student };
    api.register(&invalid).send().await.unwrap();
    browser.send("/register", &invalid, &key).await;

    let metrics = api.metrics().await;
    assert!(api.program.stop(TIMEOUT));
    let text = [collector.text(), api.program.log(), metrics].join("\n").to_lowercase();
    assert!(text.contains("register_student_handler"), "there is something to search");
    let address = invalid.email.trim().split("@@").next().unwrap().to_owned();
    for secret in ["Hildegard", "Unmistakable", &address, &reference, &key] {
        assert!(!text.contains(&secret.to_lowercase()), "{secret} is shown");
    }
}
