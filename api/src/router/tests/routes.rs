use axum::body::Body;
use axum::http::Request;
use registrar_domain::RegistrationId;

use crate::router::document;
use crate::testing::Alone;

#[tokio::test]
async fn every_described_operation_is_routed() {
    let alone = Alone::with(&[]);
    let document = serde_json::to_value(document()).unwrap();
    let mut checked = 0;
    for (path, item) in document["paths"].as_object().unwrap() {
        for method in item.as_object().unwrap().keys() {
            let path = path.replace("{reference}", "X");
            let request = Request::delete(path).body(Body::empty()).unwrap();
            let answer = alone.send(request).await;
            assert_eq!(answer.problem(), "method-not-allowed");
            assert!(answer.header("allow").to_lowercase().contains(method.as_str()));
            checked += 1;
        }
    }
    assert_eq!(checked, 16);
}

#[tokio::test]
async fn the_service_says_what_it_is() {
    let answer = Alone::with(&[]).get("/").await;
    assert_eq!(answer.status, 200);
    let body = answer.json();
    assert_eq!(body["status"], "ok");
    assert_eq!(body["version"], env!("CARGO_PKG_VERSION"));
    assert!(body["message"].is_string());
}

#[tokio::test]
async fn a_process_without_its_servers_lives_but_is_not_ready() {
    let alone = Alone::with(&[]);
    assert_eq!(alone.get("/livez").await.status, 200);
    let answer = alone.get("/readyz").await;
    assert_eq!(answer.problem(), "not-ready");
    assert_eq!(answer.json()["errors"][0]["code"], "rabbitmq");
}

#[tokio::test]
async fn what_is_not_there_is_a_problem_too() {
    let alone = Alone::with(&[]);
    assert_eq!(alone.get("/nowhere").await.problem(), "not-found");
    assert_eq!(alone.get("/register").await.problem(), "method-not-allowed");
    assert_eq!(alone.get("/register").await.header("allow"), "POST");
}

#[tokio::test]
async fn the_limits_are_answered_as_they_are_set() {
    let limits = Alone::with(&["--body-bytes=2048", "--rate-per-second=0"]).get("/limits").await;
    let limits = limits.json();
    assert_eq!(limits["body_bytes"], 2_048);
    assert_eq!(limits["name_characters"], 100);
    assert_eq!(limits["email_characters"], 254);
    assert_eq!(limits["email_local_part_bytes"], 64);
    assert!(limits.get("requests_per_second").is_none());
    assert!(limits["status"] == "ok" && limits["message"].is_string());
}

#[tokio::test]
async fn the_documentation_is_served_with_its_style_and_a_strict_policy() {
    let alone = Alone::with(&[]);
    let page = alone.get("/docs").await;
    assert_eq!(page.header("content-type"), "text/html; charset=utf-8");
    assert!(!page.header("content-security-policy").contains("unsafe"));
    let style = alone.get("/docs/style.css").await;
    assert_eq!(style.header("content-type"), "text/css; charset=utf-8");
    let again = Request::get("/docs").header("if-none-match", page.header("etag"));
    assert_eq!(alone.send(again.body(Body::empty()).unwrap()).await.status, 304);
    let document = alone.get("/openapi.json").await.json();
    assert!(document["paths"]["/register"]["post"]["requestBody"].is_object());
}

#[tokio::test]
async fn a_reference_that_was_never_issued_is_not_found() {
    let alone = Alone::with(&[]);
    let long = "0".repeat(500);
    for reference in ["X", "06CX7H2T01R010000000000004FBA5YTS330", "%ff", "%00", &long] {
        for path in
            [format!("/registrations/{reference}"), format!("/registrations/{reference}/events")]
        {
            let answer = alone.get(&path).await;
            assert_eq!(
                (answer.status.as_u16(), answer.problem().as_str()),
                (404, "unknown-reference")
            );
        }
    }
}

#[tokio::test]
async fn without_mysql_a_genuine_reference_is_still_accepted() {
    let alone = Alone::with(&[]);
    let reference = alone.api.statuses.sealer.seal(RegistrationId::generate());
    let answer = alone.get(&format!("/registrations/{reference}")).await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.json()["status"], "accepted");
    assert!(answer.json()["message"].as_str().unwrap().contains("cannot be read right now"));
    assert!(answer.json()["accepted_at"].is_string());
    assert_eq!(answer.header("cache-control"), "no-store");
    assert_eq!(answer.header("retry-after"), "1");
}
