use tokio::time::{Instant, timeout};

use super::*;

/// Far longer than anything here takes, so that only a hang meets it.
const TIMEOUT: Duration = Duration::from_secs(30);
/// What does not arrive in this time is held back.
const A_WHILE: Duration = Duration::from_millis(100);

/// An echo server, and a connection to it through a proxy.
async fn echo_behind_a_proxy() -> (Proxy, TcpStream) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("amqp://user:word@{}/%2F", listener.local_addr().unwrap());
    tokio::spawn(async move {
        while let Ok((mut client, _)) = listener.accept().await {
            tokio::spawn(async move {
                let (mut from, mut to) = client.split();
                tokio::io::copy(&mut from, &mut to).await
            });
        }
    });
    let proxy = Proxy::to(&url).await;
    let client = TcpStream::connect(address_in(&proxy.url(&url))).await.unwrap();
    (proxy, client)
}

async fn echo(client: &mut TcpStream, byte: u8) -> std::io::Result<u8> {
    client.write_u8(byte).await?;
    timeout(TIMEOUT, client.read_u8()).await.expect("it takes too long")
}

#[tokio::test]
async fn while_packets_are_dropped_nothing_arrives_and_afterwards_all_of_it() {
    for silence in [Traffic::Silent, Traffic::Unanswered] {
        let (proxy, mut client) = echo_behind_a_proxy().await;
        assert_eq!(echo(&mut client, 1).await.unwrap(), 1);
        proxy.set(silence);
        client.write_u8(2).await.unwrap();
        assert!(timeout(A_WHILE, client.read_u8()).await.is_err(), "{silence:?}");
        proxy.set(Traffic::Flowing);
        assert_eq!(echo(&mut client, 3).await.unwrap(), 2);
        assert_eq!(client.read_u8().await.unwrap(), 3);
    }
}

#[tokio::test]
async fn while_packets_are_dropped_a_new_connection_gets_no_answer_and_a_close_goes_unnoticed() {
    let (proxy, mut client) = echo_behind_a_proxy().await;
    proxy.set(Traffic::Silent);
    client.write_u8(1).await.unwrap();
    client.shutdown().await.unwrap();
    assert!(timeout(A_WHILE, client.read_u8()).await.is_err());
    let mut new = TcpStream::connect(("127.0.0.1", proxy.port)).await.unwrap();
    new.write_u8(1).await.unwrap();
    assert!(timeout(A_WHILE, new.read_u8()).await.is_err());
    proxy.set(Traffic::Flowing);
    assert_eq!(timeout(TIMEOUT, new.read_u8()).await.unwrap().unwrap(), 1);
}

#[tokio::test]
async fn a_cut_resets_the_open_connections_and_no_later_ones() {
    let (proxy, mut client) = echo_behind_a_proxy().await;
    assert_eq!(echo(&mut client, 1).await.unwrap(), 1);
    proxy.cut();
    let error = timeout(TIMEOUT, client.read_u8()).await.unwrap().unwrap_err();
    assert_eq!(error.kind(), std::io::ErrorKind::ConnectionReset);
    let mut new = TcpStream::connect(("127.0.0.1", proxy.port)).await.unwrap();
    assert_eq!(echo(&mut new, 2).await.unwrap(), 2);
}

#[tokio::test]
async fn traffic_can_be_late_and_slow() {
    let (proxy, mut client) = echo_behind_a_proxy().await;
    // Each means ten milliseconds for one byte, each way.
    for traffic in [Traffic::Late(Duration::from_millis(10)), Traffic::Slow(100)] {
        proxy.set(traffic);
        let began = Instant::now();
        assert_eq!(echo(&mut client, 1).await.unwrap(), 1);
        assert!(began.elapsed() >= Duration::from_millis(20), "{traffic:?} {:?}", began.elapsed());
    }
}
