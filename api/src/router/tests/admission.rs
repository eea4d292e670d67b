use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use axum::body::Body;
use axum::extract::State;
use axum::http::{Request, Version, request};
use futures_util::{StreamExt as _, stream};

use super::{ADA, JSON};
use crate::http::Peer;
use crate::middleware::{Admit, AroundLayer};
use crate::testing::Alone;

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

/// Whatever is in the way: a client that is still sending would read no answer.
#[tokio::test]
async fn an_upload_that_is_refused_is_taken_first_unless_its_client_waits_for_a_sign() {
    const PARTS: usize = 100;
    let alone = Alone::with(&["--rate-per-second=1", "--rate-burst=1"]);
    let upload = async |head: request::Builder| {
        let taken = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&taken);
        let parts = stream::repeat_with(move || {
            count.fetch_add(1, Ordering::Relaxed);
            Ok::<_, Infallible>("Ada,King,ada@example.com\n")
        });
        let head = head.extension(Peer("192.0.2.1:1".parse().unwrap()));
        let answer = alone.send(head.body(Body::from_stream(parts.take(PARTS))).unwrap()).await;
        (answer.status.as_u16(), taken.load(Ordering::Relaxed))
    };
    let too_long = Request::post(format!("/imports?file_name={}", "x".repeat(2_048)));
    assert_eq!(upload(too_long).await, (414, PARTS));
    assert_eq!(upload(Request::post("/imports")).await, (429, PARTS));
    let waiting = Request::post("/imports").header("expect", "100-Continue");
    assert_eq!(upload(waiting).await, (429, 0));
    assert_eq!(upload(Request::post("/register")).await, (429, 0), "no file");
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
async fn a_panic_is_an_internal_error_that_hides_its_cause() {
    async fn fails(State(()): State<()>) {
        panic!("secret cause");
    }
    let mut alone = Alone::with(&[]);
    let layer = AroundLayer(Admit(alone.api.admission.clone()));
    let router = axum::Router::new().route("/", axum::routing::get(fails)).layer(layer);
    alone.router = router.with_state(());
    let answer = alone.get("/").await;
    assert_eq!((answer.status.as_u16(), answer.problem().as_str()), (500, "internal-error"));
    assert!(!answer.body.contains("secret"));
    assert!(answer.message().ends_with("Please try again in a moment."));
}
