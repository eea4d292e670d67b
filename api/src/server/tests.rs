use std::net::SocketAddr;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::http::HeaderMap;
use axum::routing::{get, post};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

use super::Server;
use crate::limits::Limits;
use crate::submission::read_body;

/// Far longer than anything here takes, so that only a hang meets it.
const TIMEOUT: Duration = Duration::from_secs(20);

struct Running {
    address: SocketAddr,
    draining: CancellationToken,
    shutdown: CancellationToken,
    serving: JoinHandle<()>,
    /// Whether a request has reached `/held`.
    held: watch::Receiver<bool>,
    /// Lets `/held` answer.
    release: watch::Sender<bool>,
}

async fn serve(limits: Limits) -> Running {
    let (release, released) = watch::channel(false);
    let (reached, held) = watch::channel(false);
    let handler = move || {
        let (mut released, reached) = (released.clone(), reached.clone());
        async move {
            reached.send_replace(true);
            released.wait_for(|released| *released).await.unwrap();
            "held back"
        }
    };
    let read = async |headers: HeaderMap, body: Body| read_body(&headers, body, 100, TIMEOUT).await;
    let router = Router::new()
        .route("/", get(async || "at once"))
        .route("/held", get(handler))
        .route("/read", post(read));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (draining, shutdown) = (CancellationToken::new(), CancellationToken::new());
    let server = Server::new(listener, router, &limits, draining.clone());
    let serving = tokio::spawn(server.run(shutdown.clone(), TIMEOUT));
    Running { address, draining, shutdown, serving, held, release }
}

async fn connect(address: SocketAddr, send: &str) -> TcpStream {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(send.as_bytes()).await.unwrap();
    stream
}

/// Everything until the server hangs up.
async fn rest(mut stream: TcpStream) -> String {
    let mut text = String::new();
    timeout(TIMEOUT, stream.read_to_string(&mut text)).await.expect("it hung").unwrap();
    text
}

const LAST_REQUEST: &str = "GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n";

#[tokio::test]
async fn a_client_whose_headers_never_end_is_hung_up_on() {
    let limits = Limits { header_timeout: Duration::from_millis(50), ..Limits::default() };
    let server = serve(limits).await;
    let stream = connect(server.address, "GET / HTTP/1.1\r\nhost: x\r\n").await;
    assert!(!rest(stream).await.contains("at once"));
}

#[tokio::test]
async fn a_client_that_says_nothing_is_hung_up_on() {
    let limits = Limits { header_timeout: Duration::from_millis(50), ..Limits::default() };
    let server = serve(limits).await;
    assert_eq!(rest(connect(server.address, "").await).await, "");
}

#[tokio::test]
async fn a_connection_beyond_the_cap_is_served_when_another_ends() {
    let server = serve(Limits { connections: 1, ..Limits::default() }).await;
    let idle = connect(server.address, "GET / HTTP/1.1\r\nhost: x\r\n\r\n").await;
    let waiting = connect(server.address, LAST_REQUEST).await;
    let answered = tokio::spawn(rest(waiting));
    tokio::task::yield_now().await;
    assert!(!answered.is_finished());
    drop(idle);
    assert!(answered.await.unwrap().contains("at once"));
}

#[tokio::test]
async fn headers_far_over_the_limits_are_refused_and_the_server_goes_on() {
    let server = serve(Limits::default()).await;
    let many = "x: y\r\n".repeat(1_000);
    let stream = connect(server.address, &format!("GET / HTTP/1.1\r\n{many}\r\n")).await;
    assert_eq!(problem_in(&rest(stream).await), (431, "headers-too-large".to_owned()));
    assert!(rest(connect(server.address, LAST_REQUEST).await).await.contains("at once"));
}

#[tokio::test]
async fn the_smallest_limits_can_be_served() {
    let limits = Limits { header_bytes: 1_024, uri_bytes: 256, ..Limits::default() };
    let server = serve(limits).await;
    assert!(rest(connect(server.address, LAST_REQUEST).await).await.contains("at once"));
}

/// The status and the name of the problem document that an answer is.
fn problem_in(answer: &str) -> (u64, String) {
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    for line in ["content-type: application/problem+json", "connection: close"] {
        assert!(head.contains(line), "{head}");
    }
    assert!(head.contains(&format!("content-length: {}\r\n", body.len())), "{answer}");
    let document: serde_json::Value = serde_json::from_str(body).unwrap();
    assert!(document["message"].as_str().unwrap().ends_with('.'), "{answer}");
    let status = document["status"].as_u64().unwrap();
    assert!(head.starts_with(&format!("HTTP/1.1 {status} ")), "{answer}");
    (status, document["type"].as_str().unwrap().replace("/docs#", ""))
}

#[tokio::test]
async fn what_is_no_http_is_refused_with_a_problem_that_says_so() {
    let server = serve(Limits::default()).await;
    for request in [
        "\u{16}\u{3}\u{1} malformed\r\n\r\n",
        "GET / HTTP/1.1\r\nhost x\r\n\r\n",
        "GET / HTTP/1.1\r\nhost: x\r\ncontent-length: +4\r\n\r\n",
        "GET / HTTP/1.1\r\nhost: x\r\ncontent-length: 4\r\ncontent-length: 5\r\n\r\n",
        "GET / HTTP/1.1\r\nhost: x\r\ntransfer-encoding: gzip\r\n\r\n",
        "GET / HTTP/1.0\r\ntransfer-encoding: chunked\r\n\r\n",
        "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\u{4}\0\0\0\0\0",
        // After an answer of ours, too.
        "GET / HTTP/1.1\r\nhost: x\r\n\r\nmalformed\r\n\r\n",
    ] {
        let answers = rest(connect(server.address, request).await).await;
        let last = answers.rfind("HTTP/1.1 ").map(|at| &answers[at..]).unwrap();
        assert_eq!(problem_in(last), (400, "malformed-head".to_owned()), "{request}");
    }
    let long = format!("GET /{} HTTP/1.1\r\nhost: x\r\n\r\n", "x".repeat(70_000));
    let (status, name) = problem_in(&rest(connect(server.address, &long).await).await);
    assert!([(414, "uri-too-long"), (431, "headers-too-large")].contains(&(status, &name)));
}

#[tokio::test]
async fn a_body_that_is_badly_chunked_and_one_that_breaks_off_are_distinguished() {
    let server = serve(Limits::default()).await;
    let head = "POST /read HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\nconnection: close";
    for chunks in
        ["x\r\nabc\r\n0\r\n\r\n", "2\r\nabc\r\n0\r\n\r\n", "-1\r\n", "11111111111111111\r\n"]
    {
        let stream = connect(server.address, &format!("{head}\r\n\r\n{chunks}")).await;
        let answer = rest(stream).await;
        assert!(answer.contains("chunks of the body are not well-formed"), "{chunks}: {answer}");
    }
    let mut broken = connect(server.address, &format!("{head}\r\n\r\n3\r\nab")).await;
    broken.shutdown().await.unwrap();
    let answer = rest(broken).await;
    assert!(answer.contains("broke off before its end"), "{answer}");
    let whole = connect(server.address, &format!("{head}\r\n\r\n3\r\nabc\r\n0\r\n\r\n")).await;
    assert!(rest(whole).await.ends_with("abc"));
}

#[tokio::test]
async fn a_shutdown_answers_what_was_taken_in_and_takes_nothing_more() {
    let mut server = serve(Limits::default()).await;
    let stream = connect(server.address, "GET /held HTTP/1.1\r\nhost: x\r\n\r\n").await;
    timeout(TIMEOUT, server.held.wait_for(|held| *held)).await.unwrap().unwrap();
    server.shutdown.cancel();
    while TcpStream::connect(server.address).await.is_ok() {
        tokio::task::yield_now().await;
    }
    assert!(!server.serving.is_finished());
    server.release.send_replace(true);
    assert!(rest(stream).await.contains("held back"));
    timeout(TIMEOUT, server.serving).await.unwrap().unwrap();
}

#[tokio::test]
async fn an_idle_connection_does_not_hold_up_the_shutdown() {
    let server = serve(Limits::default()).await;
    let mut idle = connect(server.address, "GET / HTTP/1.1\r\nhost: x\r\n\r\n").await;
    let mut answer = [0; 12];
    idle.read_exact(&mut answer).await.unwrap();
    server.shutdown.cancel();
    timeout(TIMEOUT, server.serving).await.unwrap().unwrap();
}

#[tokio::test]
async fn while_it_drains_connections_are_taken_and_end_with_their_next_answer() {
    let server = serve(Limits::default()).await;
    let request = "GET / HTTP/1.1\r\nhost: x\r\n\r\n";
    let mut kept = connect(server.address, request).await;
    let mut answer = [0; 12];
    kept.read_exact(&mut answer).await.unwrap();
    server.draining.cancel();
    kept.write_all(request.as_bytes()).await.unwrap();
    for stream in [kept, connect(server.address, request).await] {
        let answers = rest(stream).await;
        assert!(answers.contains("at once") && answers.contains("connection: close"), "{answers}");
    }
    assert!(!server.serving.is_finished());
}

#[tokio::test]
async fn a_body_with_two_lengths_is_the_last_of_its_connection() {
    let server = serve(Limits::default()).await;
    let smuggled = "GET /smuggled HTTP/1.1\r\nhost: x\r\n\r\n";
    for [first, second] in [
        ["transfer-encoding: chunked", "content-length: 4"],
        ["content-length: 4", "transfer-encoding: chunked"],
    ] {
        let head = format!("GET / HTTP/1.1\r\nhost: x\r\n{first}\r\n{second}\r\n\r\n");
        let stream = connect(server.address, &format!("{head}0\r\n\r\n{smuggled}")).await;
        let answers = rest(stream).await;
        assert_eq!(answers.matches("HTTP/1.1 ").count(), 1, "{answers}");
    }
}
