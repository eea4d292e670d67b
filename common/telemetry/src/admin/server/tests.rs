//! The admin port over real TCP.

use std::net::Ipv4Addr;
use std::sync::atomic::{AtomicBool, Ordering};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::*;

const ANY_PORT: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST), 0);

async fn start(admin: Admin) -> (SocketAddr, CancellationToken, JoinHandle<io::Result<()>>) {
    let server = admin.listen(ANY_PORT).await.unwrap();
    let shutdown = CancellationToken::new();
    let address = server.address();
    (address, shutdown.clone(), tokio::spawn(server.run(shutdown)))
}

async fn answer_to(address: SocketAddr, path: &str) -> String {
    answer_with(address, path, "").await
}

async fn answer_with(address: SocketAddr, path: &str, header: &str) -> String {
    let mut connection = TcpStream::connect(address).await.unwrap();
    let request = format!("GET {path} HTTP/1.1\r\nHost: test\r\nConnection: close\r\n{header}\r\n");
    connection.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    connection.read_to_string(&mut answer).await.unwrap();
    answer
}

fn metrics() -> Metrics {
    let metrics = Metrics::new();
    metrics.counter("something_total", "Something.").unwrap();
    metrics
}

#[tokio::test]
async fn metrics_are_served_as_prometheus_reads_them() {
    let (address, _shutdown, _serving) = start(Admin::new(metrics())).await;
    let answer = answer_to(address, "/metrics").await;
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    assert!(answer.contains("content-type: text/plain; version=0.0.4"), "{answer}");
    assert!(answer.contains("\nsomething_total 0\n"), "{answer}");
}

#[tokio::test]
async fn a_scraper_that_asks_for_openmetrics_gets_it() {
    let (address, _shutdown, _serving) = start(Admin::new(metrics())).await;
    let accept = "Accept: application/openmetrics-text; version=1.0.0\r\n";
    let answer = answer_with(address, "/metrics", accept).await;
    assert!(
        answer.contains("content-type: application/openmetrics-text; version=1.0.0"),
        "{answer}"
    );
    assert!(answer.contains("\nvary: accept\r\n"), "{answer}");
    assert!(answer.contains("# TYPE something counter\n"), "{answer}");
    assert!(answer.ends_with("\nsomething_total 0\n# EOF\n"), "{answer}");
}

#[tokio::test]
async fn probes_answer_only_when_they_were_given() {
    let (address, _shutdown, _serving) = start(Admin::new(metrics())).await;
    assert!(answer_to(address, "/readyz").await.starts_with("HTTP/1.1 404"));
}

#[tokio::test]
async fn probes_tell_the_health_of_the_moment() {
    let connected = Arc::new(AtomicBool::new(false));
    let is_connected = connected.clone();
    let admin = Admin::new(metrics()).with_health(
        || Health::Degraded(vec!["the collector is away".to_owned()]),
        move || {
            if is_connected.load(Ordering::Relaxed) {
                Health::Well
            } else {
                Health::Unavailable(vec!["MySQL does not answer.".to_owned()])
            }
        },
    );
    let (address, _shutdown, _serving) = start(admin).await;

    let live = answer_to(address, "/livez").await;
    assert!(live.starts_with("HTTP/1.1 200"), "{live}");
    assert!(live.contains(r#""status":"degraded""#), "{live}");

    let before = answer_to(address, "/readyz").await;
    assert!(before.starts_with("HTTP/1.1 503"), "{before}");
    assert!(
        before.ends_with(
            r#"{"status":"unavailable","message":"It cannot work: MySQL does not answer.","reasons":["MySQL does not answer."]}"#
        ),
        "{before}"
    );

    connected.store(true, Ordering::Relaxed);
    let after = answer_to(address, "/readyz").await;
    assert!(after.starts_with("HTTP/1.1 200"), "{after}");
}

#[tokio::test]
async fn the_server_stops_at_the_shutdown_although_a_scraper_stalls() {
    let (address, shutdown, serving) = start(Admin::new(metrics())).await;
    let mut stalled = TcpStream::connect(address).await.unwrap();
    stalled.write_all(b"GET /metr").await.unwrap();
    answer_to(address, "/metrics").await;
    shutdown.cancel();
    let stopped = tokio::time::timeout(GRACE * 10, serving).await;
    stopped.expect("it must stop within the grace").unwrap().unwrap();
}
