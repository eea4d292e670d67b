//! When the topology is declared, and what the last resorts are declared with.

use std::collections::HashSet;

use lapin::ExchangeKind;
use lapin::options::{ExchangeDeclareOptions, QueueDeleteOptions};
use lapin::types::{AMQPValue, FieldTable, LongString};
use registrar_domain::Lane;
use registrar_messaging::{
    AmqpConsumerConnection, ConnectError, DEAD_LETTER, Deliveries as _, LEDGER,
    REGISTRATIONS_EXCHANGE, UNROUTED, queue_for,
};
use registrar_tests::broker::Broker;
use tokio::task::block_in_place;

use super::broker;
use super::broker::{Inspector, describe, settings, soon};

const QUEUE: &str = queue_for(Lane::Interactive);

/// A policy is of one virtual host, and RabbitMQ 4 would drop what was delivered 20 times.
#[tokio::test(flavor = "multi_thread")]
async fn the_last_resorts_of_any_virtual_host_have_no_delivery_limit_also_without_a_policy() {
    let vhost = broker::shared();
    let management = vhost.management();
    block_in_place(|| management.delete_policy(vhost.name(), "last-resort-queues")).unwrap();
    let connection =
        AmqpConsumerConnection::connect(&settings(&vhost.url()), "test").await.unwrap();
    for queue in [DEAD_LETTER, UNROUTED, LEDGER] {
        let described = describe(&vhost, queue).await;
        assert_eq!(described["arguments"]["x-delivery-limit"], 1_000_000_000, "{described}");
    }
    Broker::connect(&vhost.url()).await.publish(DEAD_LETTER, "", "1", b"x").await;
    for _ in 0..25 {
        let mut deliveries = connection.open(DEAD_LETTER, 1).await.unwrap();
        let delivery = soon(deliveries.next()).await.expect("it is still there");
        assert_eq!(delivery.message_id.as_deref(), Some("1"));
        deliveries.requeue_all().await;
    }
    connection.close().await;
}

/// An existing installation keeps the one that it has, whatever a later version would like.
#[tokio::test(flavor = "multi_thread")]
async fn the_alternate_exchange_of_an_exchange_that_is_there_cannot_be_changed() {
    let vhost = broker::shared();
    let channel = Inspector::connect(&vhost.url()).await.channel().await;
    let mut arguments = FieldTable::default();
    let other = AMQPValue::LongString(LongString::from(DEAD_LETTER));
    arguments.insert("alternate-exchange".into(), other);
    let options = ExchangeDeclareOptions { durable: true, ..Default::default() };
    let name = REGISTRATIONS_EXCHANGE.into();
    channel.exchange_declare(name, ExchangeKind::Direct, options, arguments).await.unwrap();
    match AmqpConsumerConnection::connect(&settings(&vhost.url()), "test").await.err() {
        Some(ConnectError::TopologyDiffers { kind: "exchange", name, detail }) => {
            assert_eq!(name, REGISTRATIONS_EXCHANGE);
            assert!(detail.contains("alternate-exchange"), "{detail}");
        }
        other => panic!("{other:?}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reconnect_declares_nothing_until_something_is_found_missing() {
    let vhost = broker::shared();
    let settings = settings(&vhost.url());
    let connect = async || AmqpConsumerConnection::connect(&settings, "test").await.unwrap();
    let inspector = Inspector::connect(&vhost.url()).await;
    let publish = async |id: &str| {
        let broker = Broker::connect(&vhost.url()).await;
        broker.publish(REGISTRATIONS_EXCHANGE, Lane::Interactive.as_str(), id, b"x").await;
    };
    connect().await.close().await;
    inspector.unbind(QUEUE, REGISTRATIONS_EXCHANGE, Lane::Interactive.as_str()).await;
    connect().await.close().await;
    publish("after a reconnect").await;
    let ids = |ids: &[&str]| ids.iter().map(|id| (*id).to_owned()).collect::<HashSet<_>>();
    assert_eq!(inspector.take_ids(UNROUTED).await, ids(&["after a reconnect"]));

    let channel = inspector.channel().await;
    channel.queue_delete(QUEUE.into(), QueueDeleteOptions::default()).await.unwrap();
    let connection = connect().await;
    let missing = connection.open(QUEUE, 1).await.err();
    assert!(matches!(missing, Some(ConnectError::Missing(_))), "{missing:?}");
    connection.close().await;
    connect().await.close().await;
    publish("after a 404").await;
    assert_eq!(inspector.take_ids(QUEUE).await, ids(&["after a 404"]));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_consumer_that_the_broker_cancels_leads_to_a_declaration() {
    let vhost = broker::shared();
    let settings = settings(&vhost.url());
    let connection = AmqpConsumerConnection::connect(&settings, "test").await.unwrap();
    let mut deliveries = connection.open(QUEUE, 1).await.unwrap();
    block_in_place(|| vhost.management().delete_queue(vhost.name(), QUEUE)).unwrap();
    assert!(soon(deliveries.next()).await.is_none());
    let connection = AmqpConsumerConnection::connect(&settings, "test").await.unwrap();
    connection.open(QUEUE, 1).await.unwrap();
}
