//! How fast the broker confirms, with nothing of ours: the measure of what the API adds.

use std::task::{Context, Poll, Waker};
use std::time::{Duration, Instant};

use futures_util::StreamExt as _;
use futures_util::stream::FuturesUnordered;
use lapin::options::{BasicPublishOptions, ConfirmSelectOptions};
use lapin::types::{AMQPValue, FieldTable, LongString};
use lapin::{BasicProperties, Channel, Confirmation, Connection, ConnectionProperties};
use registrar_domain::{Lane, Registration, RegistrationId, Student};
use registrar_messaging::{
    AmqpConsumerConnection, AmqpUrl, Envelope, MessagingSettings, REGISTRATIONS_EXCHANGE,
};
use registrar_tests::student;
use tokio::task::JoinSet;

/// As many as the API has by default, with as many unconfirmed messages each.
const CONNECTIONS: usize = 2;
const WINDOW: usize = 1_000;

/// Confirmed publishes a second, over `duration`, into the queue of a new virtual host.
#[expect(clippy::cast_precision_loss, reason = "no run has 2^52 messages")]
pub(crate) async fn confirmed_per_second(amqp_url: &str, duration: Duration) -> f64 {
    declare(amqp_url).await;
    let mut publishers = JoinSet::new();
    let start = Instant::now();
    for _ in 0..CONNECTIONS {
        let amqp_url = amqp_url.to_owned();
        publishers.spawn(async move { publish_until(&amqp_url, start + duration).await });
    }
    let confirmed: usize = publishers.join_all().await.into_iter().sum();
    confirmed as f64 / start.elapsed().as_secs_f64()
}

/// Exchange and queue exactly as the API has them.
pub(crate) async fn declare(amqp_url: &str) {
    let settings = MessagingSettings {
        amqp_connect_timeout: Duration::from_secs(10),
        ..MessagingSettings::new(AmqpUrl::parse(amqp_url).unwrap())
    };
    AmqpConsumerConnection::connect(&settings, "declare").await.unwrap().close().await;
}

async fn publish_until(amqp_url: &str, end: Instant) -> usize {
    let connection = Connection::connect(amqp_url, ConnectionProperties::default()).await.unwrap();
    let channel = connection.create_channel().await.unwrap();
    channel.confirm_select(ConfirmSelectOptions::default()).await.unwrap();
    let (body, properties) = message();
    let mut pending = FuturesUnordered::new();
    let mut confirmed = 0;
    while Instant::now() < end || !pending.is_empty() {
        while pending.len() < WINDOW && Instant::now() < end {
            let mut confirm = Box::pin(publish(channel.clone(), body.clone(), properties.clone()));
            // Polled once in order, so that tags and frames are in the same order.
            match confirm.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
                Poll::Pending => pending.push(confirm),
                Poll::Ready(()) => confirmed += 1,
            }
        }
        if pending.next().await.is_some() {
            confirmed += 1;
        }
    }
    connection.close(200, "OK".into()).await.unwrap();
    confirmed
}

async fn publish(channel: Channel, body: Vec<u8>, properties: BasicProperties) {
    let options = BasicPublishOptions { mandatory: true, ..Default::default() };
    let key = Lane::Interactive.as_str().into();
    let sent =
        channel.basic_publish(REGISTRATIONS_EXCHANGE.into(), key, options, &body, properties);
    let confirm = sent.await.unwrap().await.unwrap();
    assert!(matches!(confirm, Confirmation::Ack(None)), "{confirm:?}");
}

/// Of the size that the API's messages have.
fn message() -> (Vec<u8>, BasicProperties) {
    let student = student::Student::unique();
    let id = RegistrationId::generate();
    let mut headers = FieldTable::default();
    let trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    headers.insert("traceparent".into(), AMQPValue::LongString(LongString::from(trace)));
    let properties = BasicProperties::default()
        .with_content_type("application/json".into())
        .with_delivery_mode(2)
        .with_message_id(id.to_string().into())
        .with_timestamp(1_700_000_000)
        .with_type("registrations.v1".into())
        .with_app_id("registrar".into())
        .with_headers(headers);
    let student = Student::parse(&student.first_name, &student.last_name, &student.email).unwrap();
    (Envelope::from_registration(Registration::now(id, student)).encode(), properties)
}
