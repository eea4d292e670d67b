use registrar_tests::api::Api;
use registrar_tests::oracle::Oracle;
use registrar_tests::student::Student;
use registrar_tests::worker::Worker;
use serde_json::Value;

use super::{Home, registrar};

/// The exit code and what was printed.
async fn status(api_url: &str, arguments: &[&str]) -> (Option<i32>, String) {
    let arguments = [&["status"], arguments].concat();
    let ended = registrar(&arguments, &[("REGISTRAR_API_URL", api_url)]).await;
    assert_eq!(ended.stderr, "", "{ended:?}");
    (ended.code, ended.stdout)
}

#[tokio::test(flavor = "multi_thread")]
async fn the_exit_code_and_a_sentence_say_what_became_of_a_registration() {
    let home = Home::new().await;
    let refuse = "ALTER TABLE students ADD CONSTRAINT c CHECK (first_name <> 'Mallory')";
    Oracle::new(&home.servers.database_url).sql(refuse).await;
    let api = Api::start(&home.servers).await;
    let first = Student::unique();
    let second = Student { email: first.email.clone(), ..Student::unique() };
    let third = Student { first_name: "Mallory".to_owned(), ..Student::unique() };
    let first = api.accepted(&first).await;
    let (code, said) = status(&api.url, &[&first]).await;
    assert_eq!(code, Some(3), "{said}");
    assert!(said.starts_with("Your registration is accepted."), "{said}");
    assert!(said.contains("\nStatus: accepted\nAccepted: 20"), "{said}");

    let _worker = Worker::start(&home.servers).await;
    api.decided(&first).await;
    let (second, third) = (api.accepted(&second).await, api.accepted(&third).await);
    api.decided(&second).await;
    api.decided(&third).await;
    for (reference, expected, sentence) in [
        (&first, 0, "You are registered.\nStatus: registered\n"),
        (&second, 1, "This email address is already registered."),
        (&third, 1, "Your registration is safe, but a person needs to look at it."),
    ] {
        let (code, said) = status(&api.url, &[reference]).await;
        assert_eq!(code, Some(expected), "{said}");
        assert!(said.starts_with(sentence), "{said}");
    }
    let (code, said) = status(&api.url, &[&second, "--json"]).await;
    let answer: Value = serde_json::from_str(&said).unwrap();
    assert_eq!((code, &answer["code"]), (Some(1), &Value::from("email_already_registered")));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reference_that_was_never_issued_is_an_error_without_a_status() {
    let home = Home::new().await;
    let api = Api::start(&home.servers).await;
    for reference in ["06CX7H2T01R010000000000004FBA5YTS330", "../../etc/passwd", "?"] {
        let (code, said) = status(&api.url, &[reference]).await;
        assert_eq!(code, Some(2), "{said}");
        assert!(!said.contains("Status:"), "{said}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_apis_url_may_end_in_a_slash_or_a_line_feed_and_a_malformed_one_is_refused() {
    let home = Home::new().await;
    let api = Api::start(&home.servers).await;
    let reference = api.accepted(&Student::unique()).await;
    for end in ["/", "//", "\n", " ", "/\r\n"] {
        let (code, said) = status(&format!("{}{end}", api.url), &[&reference]).await;
        assert_eq!(code, Some(3), "{end:?}: {said}");
    }
    let address = api.url.strip_prefix("http://").unwrap();
    for malformed in [address, "http//api", "http:// api", "http://me:hunter2@"] {
        let ended = registrar(&["status", &reference], &[("REGISTRAR_API_URL", malformed)]).await;
        assert_eq!(ended.code, Some(2), "{malformed}: {ended:?}");
        let sentence =
            "REGISTRAR_API_URL is not usable: it must be a URL such as http://127.0.0.1:";
        assert!(ended.stderr.starts_with(sentence), "{malformed}: {ended:?}");
        assert!(!ended.stderr.contains("hunter2"), "{ended:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_api_that_is_not_there_is_one_sentence_that_names_the_variable() {
    let unreachable = [("REGISTRAR_API_URL", "http://127.0.0.1:9")];
    let ended = registrar(&["status", "06CX7H2T01R010000000000004FBA5YTS330"], &unreachable).await;
    assert_eq!((ended.code, ended.stdout.as_str()), (Some(2), ""));
    assert_eq!(ended.stderr.lines().count(), 1, "{ended:?}");
    assert!(ended.stderr.contains("Set REGISTRAR_API_URL to where it is."), "{ended:?}");
}
