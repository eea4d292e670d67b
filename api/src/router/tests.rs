use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{Request, Version};
use registrar_domain::RegistrationId;
use serde_json::json;

use crate::middleware::{Admit, Peer};
use crate::testing::Alone;

const ADA: &str = r#"{"first_name":"Ada","last_name":"Lovelace","email":"ada@example.com"}"#;
const JSON: &str = "application/json";
const FORM: &str = "application/x-www-form-urlencoded";

#[tokio::test]
async fn every_described_operation_is_routed() {
    let alone = Alone::with(&[]);
    let document = serde_json::to_value(super::document()).unwrap();
    let mut checked = 0;
    for (path, item) in document["paths"].as_object().unwrap() {
        for method in item.as_object().unwrap().keys() {
            let other = if method == "get" { "DELETE" } else { "GET" };
            let path = path.replace("{reference}", "X");
            let request = Request::builder().method(other).uri(path).body(Body::empty()).unwrap();
            let answer = alone.send(request).await;
            assert_eq!(answer.problem(), "method-not-allowed");
            assert!(answer.header("allow").to_lowercase().contains(method.as_str()));
            checked += 1;
        }
    }
    assert_eq!(checked, 9);
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
    let reference = alone.api.sealer.seal(RegistrationId::generate());
    let answer = alone.get(&format!("/registrations/{reference}")).await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.json()["status"], "accepted");
    assert!(answer.json()["message"].as_str().unwrap().contains("cannot be read right now"));
    assert!(answer.json()["accepted_at"].is_string());
    assert_eq!(answer.header("cache-control"), "no-store");
    assert_eq!(answer.header("retry-after"), "1");
}

#[tokio::test]
async fn what_is_not_there_is_a_problem_too() {
    let alone = Alone::with(&[]);
    assert_eq!(alone.get("/nowhere").await.problem(), "not-found");
    assert_eq!(alone.get("/register").await.problem(), "method-not-allowed");
    assert_eq!(alone.get("/register").await.header("allow"), "POST");
}

#[tokio::test]
async fn requests_that_two_servers_could_understand_differently_are_refused() {
    let alone = Alone::with(&[]);
    let get = |uri: &str, version: Version, hosts: &[&str]| {
        let request = Request::get(uri).version(version);
        let request = hosts.iter().fold(request, |request, host| request.header("host", *host));
        alone.send_as_it_is(request.body(Body::empty()).unwrap())
    };
    for (uri, version, hosts, status) in [
        ("/livez", Version::HTTP_11, &[][..], 400),
        ("/livez", Version::HTTP_11, &["a.example", "a.example"], 400),
        ("/livez", Version::HTTP_11, &["a.example", "b.example"], 400),
        ("/livez", Version::HTTP_11, &[""], 400),
        ("/livez", Version::HTTP_11, &["a.example/b"], 400),
        ("/livez", Version::HTTP_10, &["a.example", "b.example"], 400),
        ("http://a.example/livez", Version::HTTP_11, &[], 400),
        ("/livez", Version::HTTP_10, &[], 200),
        ("/livez", Version::HTTP_10, &["a.example"], 200),
        ("/livez", Version::HTTP_11, &["[::1]:5000"], 200),
        ("http://a.example/livez", Version::HTTP_11, &["b.example:80"], 200),
    ] {
        let answer = get(uri, version, hosts).await;
        assert_eq!(answer.status, status, "{uri} {version:?} {hosts:?}");
        if status == 400 {
            assert_eq!(answer.problem(), "malformed-head");
            assert_eq!(answer.header("connection"), "close");
        }
    }
}

#[tokio::test]
async fn a_transfer_coding_that_is_unknown_here_is_not_implemented() {
    let alone = Alone::with(&[]);
    for (coding, status, problem) in [
        ("gzip, chunked", 501, "unknown-transfer-coding"),
        ("x, chunked", 501, "unknown-transfer-coding"),
        ("chunked, chunked", 400, "malformed-head"),
        ("chunked", 503, "cannot-accept-now"),
    ] {
        let request = Request::post("/register").header("content-type", JSON);
        let request = request.header("transfer-encoding", coding).body(ADA.into()).unwrap();
        let answer = alone.send(request).await;
        assert_eq!((answer.status.as_u16(), answer.problem().as_str()), (status, problem));
    }
}

#[tokio::test]
async fn heads_over_the_limits_are_refused() {
    let alone = Alone::with(&[]);
    let long = format!("/{}", "x".repeat(2_048));
    assert_eq!(alone.get(&long).await.problem(), "uri-too-long");
    let large = Request::get("/").header("cookie", "x".repeat(16_385));
    let answer = alone.send(large.body(Body::empty()).unwrap()).await;
    assert_eq!((answer.status.as_u16(), answer.problem().as_str()), (431, "headers-too-large"));
}

#[tokio::test]
async fn a_client_that_sends_too_much_waits_and_probes_are_not_counted() {
    let alone = Alone::with(&["--rate-per-second=1", "--rate-burst=2"]);
    let request = |path: &str| {
        let peer = Peer("192.0.2.1:1".parse().unwrap());
        Request::get(path).extension(peer).body(Body::empty()).unwrap()
    };
    for _ in 0..2 {
        assert_eq!(alone.send(request("/")).await.status, 200);
    }
    let answer = alone.send(request("/")).await;
    assert_eq!((answer.status.as_u16(), answer.problem().as_str()), (429, "too-many-requests"));
    assert_eq!(answer.header("retry-after"), "1");
    assert_eq!(alone.send(request("/livez")).await.status, 200);
}

#[tokio::test]
async fn students_behind_a_proxy_that_names_their_ports_are_many_clients() {
    let flags = ["--rate-per-second=1", "--rate-burst=1", "--trusted-proxies=10.0.0.0/8"];
    let alone = Alone::with(&flags);
    let status = async |forwarded: &str| {
        let request = Request::get("/").header("x-forwarded-for", forwarded);
        let request = request.extension(Peer("10.0.0.1:1".parse().unwrap()));
        alone.send(request.body(Body::empty()).unwrap()).await.status.as_u16()
    };
    for (forwarded, expected) in [
        ("203.0.113.9:50713", 200),
        ("203.0.113.9:50714", 429),
        ("203.0.113.10:50713", 200),
        ("[2001:db8::1]:443", 200),
        ("[2001:db8::1]:444", 429),
        ("[2001:db8:0:1::1]:443", 200),
    ] {
        assert_eq!(status(forwarded).await, expected, "{forwarded}");
    }
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
    assert!(answer.header("access-control-allow-headers").contains("idempotency-key"));
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
async fn a_panic_is_an_internal_error_that_hides_its_cause() {
    async fn fails(State(()): State<()>) {
        panic!("secret cause");
    }
    let mut alone = Alone::with(&[]);
    let layer = Admit(alone.api.admission.clone());
    let router = axum::Router::new().route("/", axum::routing::get(fails)).layer(layer);
    alone.router = router.with_state(());
    let answer = alone.get("/").await;
    assert_eq!((answer.status.as_u16(), answer.problem().as_str()), (500, "internal-error"));
    assert!(!answer.body.contains("secret"));
    assert!(answer.message().ends_with("Please try again in a moment."));
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

#[tokio::test]
async fn a_client_that_hangs_up_while_it_registers_is_counted() {
    let alone = Alone::with(&[]);
    let never = futures_util::stream::pending::<Result<Bytes, std::io::Error>>();
    let mut registering = Box::pin(alone.register(JSON, Body::from_stream(never)));
    assert!(futures_util::poll!(&mut registering).is_pending());
    drop(registering);
    let text = alone.metrics.render().unwrap();
    let line = "student_registration_requests_total{outcome=\"error\"} 1";
    assert!(text.lines().any(|written| written == line), "{line} is not in:\n{text}");
}

#[tokio::test]
async fn requests_are_counted_and_timed_by_route_never_by_address() {
    let alone = Alone::with(&[]);
    alone.register(JSON, "{}").await;
    alone.register(JSON, ADA).await;
    alone.get("/registrations/SECRET").await;
    alone.get("/secret").await;
    let brew = Request::builder().method("BREW").uri("/").body(Body::empty()).unwrap();
    alone.send(brew).await;
    let text = alone.metrics.render().unwrap();
    for line in [
        "student_registration_requests_total{outcome=\"invalid\"} 1",
        "student_registration_requests_total{outcome=\"refused\"} 1",
        "student_registration_requests_total{outcome=\"accepted\"} 0",
        "http_server_request_duration_seconds_count{method=\"GET\",route=\"/registrations/{reference}\",status=\"404\"} 1",
        "http_server_request_duration_seconds_count{method=\"GET\",route=\"unmatched\",status=\"404\"} 1",
        "http_server_request_duration_seconds_count{method=\"_OTHER\",route=\"/\",status=\"405\"} 1",
    ] {
        assert!(text.lines().any(|written| written == line), "{line} is not in:\n{text}");
    }
    assert!(!text.to_lowercase().contains("secret"));
}
