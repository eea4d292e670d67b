use axum::body::{Body, Bytes};
use axum::http::Request;

use super::{ADA, JSON};
use crate::testing::Alone;

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
