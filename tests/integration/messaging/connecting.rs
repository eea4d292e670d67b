use std::io::Read as _;
use std::net::TcpListener;
use std::time::Duration;

use lapin::options::QueueDeclareOptions;
use lapin::types::FieldTable;
use registrar_local::TestVhost;
use registrar_messaging::{AmqpConsumerConnection, ConnectError, Readiness};
use registrar_tests::wait;
use tokio::task::block_in_place;

use super::broker;
use super::broker::{Inspector, TIMEOUT, settings, soon};
use super::running::{Running, publish_settings};

async fn error_of(url: &str) -> ConnectError {
    match soon(AmqpConsumerConnection::connect(&settings(url), "test")).await {
        Err(error) => error,
        Ok(_) => panic!("connected"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_topology_may_be_declared_again_and_again() {
    let vhost = broker::shared();
    for _ in 0..3 {
        let connection = AmqpConsumerConnection::connect(&settings(&vhost.url()), "test").await;
        connection.unwrap().close().await;
    }
}

/// lapin keeps a buffer of sixty-four of the largest frames for each connection.
#[tokio::test(flavor = "multi_thread")]
async fn connections_that_only_publish_negotiate_small_frames_and_consumers_the_default() {
    let vhost = broker::shared();
    let frames = async |vhost: &TestVhost| {
        let listed = wait::until("the connection is listed", async || {
            let list = || vhost.management().list_connections(vhost.name());
            let listed = block_in_place(list).unwrap();
            (!listed.is_empty()).then_some(listed)
        });
        soon(listed).await.iter().map(|connection| connection.frame_max).collect::<Vec<_>>()
    };
    let publisher = Running::ready(&vhost.url(), publish_settings()).await;
    assert_eq!(frames(&vhost).await, [16 * 1024]);
    publisher.stop().await;

    let vhost = broker::shared();
    let connection =
        AmqpConsumerConnection::connect(&settings(&vhost.url()), "test").await.unwrap();
    assert_eq!(frames(&vhost).await, [128 * 1024]);
    connection.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_queue_with_other_arguments_is_reported_with_what_to_do() {
    let vhost = broker::shared();
    let channel = Inspector::connect(&vhost.url()).await.channel().await;
    let options = QueueDeclareOptions { durable: true, ..Default::default() };
    let name = "registrations.bulk";
    channel.queue_declare(name.into(), options, FieldTable::default()).await.unwrap();

    let error = error_of(&vhost.url()).await;
    assert!(matches!(error, ConnectError::TopologyDiffers { name: "registrations.bulk", .. }));
    let sentence = error.to_string();
    for part in ["the queue `registrations.bulk`", "x-dead-letter-exchange", "delete it"] {
        assert!(sentence.contains(part), "{part}: {sentence}");
    }
    let publisher = Running::start(&vhost.url(), publish_settings());
    let reported = broker::until(|| publisher.readiness() == Readiness::NotReady(sentence.clone()));
    assert!(reported.await, "{}", publisher.readiness());
    publisher.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_password_is_reported_without_showing_it() {
    let vhost = broker::shared();
    let mut url = reqwest::Url::parse(&vhost.url()).unwrap();
    url.set_password(Some("hunter2")).unwrap();
    let error = error_of(url.as_str()).await;
    assert!(matches!(error, ConnectError::AccessRefused(_)), "{error}");
    assert!(!format!("{error} {error:?}").contains("hunter2"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_missing_virtual_host_is_reported() {
    let vhost = broker::shared();
    let error = error_of(&vhost.url().replace(vhost.name(), "nowhere")).await;
    assert!(matches!(error, ConnectError::AccessRefused(_)), "{error}");
    assert!(error.to_string().contains("nowhere"), "{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_connection_is_reported_with_its_address() {
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let error = error_of(&format!("amqp://127.0.0.1:{port}")).await;
    assert!(matches!(error, ConnectError::Unreachable { .. }), "{error}");
    assert!(error.to_string().contains(&format!("127.0.0.1:{port}")), "{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_attempt_that_hangs_ends_in_time_and_leaves_no_connection_behind() {
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("amqp://{}", silent.local_addr().unwrap());
    let settings = registrar_messaging::MessagingSettings {
        amqp_connect_timeout: Duration::from_millis(200),
        ..settings(&url)
    };
    let error = soon(AmqpConsumerConnection::connect(&settings, "test")).await.err();
    assert!(matches!(error, Some(ConnectError::TimedOut { .. })), "{error:?}");

    let (mut accepted, _) = silent.accept().unwrap();
    accepted.set_read_timeout(Some(TIMEOUT)).unwrap();
    let mut heard = Vec::new();
    accepted.read_to_end(&mut heard).expect("the client hangs up");
    assert_eq!(heard, b"AMQP\x00\x00\x09\x01");
}
