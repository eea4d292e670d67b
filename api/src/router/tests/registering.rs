use axum::body::{Body, Bytes};
use axum::http::Request;
use serde_json::json;

use super::{ADA, JSON};
use crate::testing::Alone;

const FORM: &str = "application/x-www-form-urlencoded";

#[tokio::test]
async fn all_violations_come_at_once_with_where_what_and_how() {
    let body = r#"{"first_name":" ","last_name":7,"email":"ada"}"#;
    let answer = Alone::with(&[]).register(JSON, body).await;
    assert_eq!(answer.status, 422);
    assert_eq!(answer.problem(), "invalid-registration");
    let errors = answer.json()["errors"].clone();
    let found: Vec<_> = errors
        .as_array()
        .unwrap()
        .iter()
        .map(|e| (e["pointer"].clone(), e["code"].clone()))
        .collect();
    let expected = [
        (json!("/first_name"), json!("required")),
        (json!("/last_name"), json!("not_a_string")),
        (json!("/email"), json!("invalid_email")),
    ];
    assert_eq!(found, expected);
    assert_eq!(
        answer.message(),
        "Enter your first name, or “-” if you have only one name. Send last_name as a JSON string. \
         Enter an email address in the correct format, like name@example.com."
    );
}

#[tokio::test]
async fn a_form_is_validated_like_json() {
    let answer = Alone::with(&[]).register(FORM, "first_name=Ada&last_name=&email=ada%40x").await;
    let errors = answer.json()["errors"].clone();
    assert_eq!(errors[0]["code"], "required");
    assert_eq!(errors[1]["code"], "invalid_email");
}

#[tokio::test]
async fn what_cannot_be_seen_is_named_in_an_address_and_never_in_a_name() {
    let body =
        r#"{"first_name":"A\u202eda\u0000","last_name":"\ufeff–","email":"a\u200bda@x.org"}"#;
    let answer = Alone::with(&[]).register(JSON, body).await;
    assert_eq!(answer.status, 422);
    assert_eq!(
        answer.json()["errors"],
        json!([{
            "pointer": "/email",
            "code": "forbidden_character",
            "message": "Your email address has an invisible character in it (U+200B). Clear the \
                        field and type the address instead of pasting it.",
        }])
    );
}

#[tokio::test]
async fn each_way_to_get_a_body_wrong_has_its_own_answer() {
    let alone = Alone::with(&[]);
    for (content_type, body, status, problem) in [
        (JSON, "{", 400, "malformed-request"),
        (JSON, "[]", 422, "invalid-registration"),
        (FORM, "email=%ff", 400, "malformed-request"),
        ("text/plain", "Ada", 415, "unsupported-media-type"),
        (JSON, &"x".repeat(16_385), 413, "body-too-large"),
    ] {
        let answer = alone.register(content_type, body.to_owned()).await;
        assert_eq!((answer.status.as_u16(), answer.problem().as_str()), (status, problem));
    }
}

#[tokio::test]
async fn a_body_that_never_ends_is_given_up() {
    let alone = Alone::with(&["--body-timeout=1ms"]);
    let never = futures_util::stream::pending::<Result<Bytes, std::io::Error>>();
    let answer = alone.register(JSON, Body::from_stream(never)).await;
    assert_eq!((answer.status.as_u16(), answer.problem().as_str()), (408, "body-timeout"));
}

#[tokio::test]
async fn a_malformed_idempotency_key_is_refused() {
    let alone = Alone::with(&[]);
    for keys in [&["short"][..], &["0123456789abcdef", "fedcba9876543210"], &["\u{e9}"]] {
        let mut request = Request::post("/register").header("content-type", JSON);
        for key in keys {
            request = request.header("idempotency-key", key.as_bytes());
        }
        let answer = alone.send(request.body(ADA.into()).unwrap()).await;
        assert_eq!(
            (answer.status.as_u16(), answer.problem().as_str()),
            (400, "malformed-idempotency-key")
        );
    }
}

#[tokio::test]
async fn without_rabbitmq_nothing_is_accepted_and_the_client_learns_when_to_retry() {
    let answer = Alone::with(&[]).register(JSON, ADA).await;
    assert_eq!((answer.status.as_u16(), answer.problem().as_str()), (503, "cannot-accept-now"));
    assert_eq!(answer.header("retry-after"), "5");
    assert!(!answer.headers.contains_key("location"));
    assert!(!answer.body.contains("reference"), "handed out only after the confirm");
    assert!(!answer.body.contains("RabbitMQ"), "broker text is ours, not the client's");
}

#[tokio::test]
async fn only_a_client_with_a_key_learns_that_it_will_not_be_registered_twice() {
    let alone = Alone::with(&["--request-timeout=1ms"]);
    for (key, advice) in [
        (Some("0123456789abcdef"), "you will not be registered twice."),
        (None, "Your registration may have arrived all the same."),
    ] {
        let never = futures_util::stream::pending::<Result<Bytes, std::io::Error>>();
        let request = Request::post("/register").header("content-type", JSON);
        let request = key.into_iter().fold(request, |r, key| r.header("idempotency-key", key));
        let answer = alone.send(request.body(Body::from_stream(never)).unwrap()).await;
        assert_eq!((answer.status.as_u16(), answer.problem().as_str()), (504, "timeout"));
        assert!(answer.message().contains(advice), "{}", answer.message());
    }
}
