use axum::body::Body;
use axum::http::Request;

use crate::testing::Alone;

#[tokio::test]
async fn pages_of_configured_origins_may_call_and_others_may_not() {
    let alone = Alone::with(&["--cors-origins=https://school.example"]);
    let preflight = |origin: &str| {
        Request::options("/register")
            .header("origin", origin)
            .header("access-control-request-method", "POST")
            .header("access-control-request-headers", "content-type,idempotency-key")
            .body(Body::empty())
            .unwrap()
    };
    let answer = alone.send(preflight("https://school.example")).await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.header("access-control-allow-origin"), "https://school.example");
    for name in ["idempotency-key", "authorization"] {
        assert!(answer.header("access-control-allow-headers").contains(name), "{name}");
    }
    assert!(!answer.headers.contains_key("access-control-allow-credentials"));
    let answer = alone.send(preflight("https://elsewhere.example")).await;
    assert!(!answer.headers.contains_key("access-control-allow-origin"));
}

#[tokio::test]
async fn without_configured_origins_no_page_may_call() {
    let preflight = Request::options("/register")
        .header("origin", "https://school.example")
        .header("access-control-request-method", "POST");
    let answer = Alone::with(&[]).send(preflight.body(Body::empty()).unwrap()).await;
    assert_eq!(answer.problem(), "method-not-allowed");
    assert!(!answer.headers.contains_key("access-control-allow-origin"));
}

#[tokio::test]
async fn every_answer_is_guarded_and_none_sets_a_cookie() {
    let alone = Alone::with(&[]);
    for path in ["/", "/nowhere", "/limits", "/docs", "/registrations/X"] {
        let answer = alone.get(path).await;
        assert_eq!(answer.header("x-content-type-options"), "nosniff", "{path}");
        assert_eq!(answer.header("referrer-policy"), "no-referrer", "{path}");
        assert!(answer.header("content-security-policy").contains("default-src 'none'"), "{path}");
        assert!(!answer.headers.contains_key("set-cookie"), "{path}");
    }
}
