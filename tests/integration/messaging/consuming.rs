use std::collections::BTreeMap;

use futures_util::FutureExt as _;
use registrar_domain::Lane;
use registrar_messaging::{
    AmqpConsumerConnection, AmqpDeliveries, DEAD_LETTER, Death, Deliveries as _, Delivery,
    OutgoingMessage, queue_for,
};
use registrar_tests::broker::Broker;
use serde_json::json;

use super::broker;
use super::broker::{set_policy, settings, soon};
use super::running::{Running, message, publish_settings};

const QUEUE: &str = queue_for(Lane::Interactive);

/// Publishes so many messages; their ids in order.
async fn fill(url: &str, count: usize) -> Vec<String> {
    let publisher = Running::ready(url, publish_settings()).await;
    let mut ids = Vec::new();
    for _ in 0..count {
        let mut message = message(Lane::Interactive);
        message.headers = BTreeMap::from([("traceparent".to_owned(), "00-a-b-01".to_owned())]);
        ids.push(message.message_id.clone());
        soon(publisher.publish(message)).await.unwrap();
    }
    publisher.stop().await;
    ids
}

async fn consume(url: &str) -> AmqpConsumerConnection {
    AmqpConsumerConnection::connect(&settings(url), "test").await.unwrap()
}

async fn take(deliveries: &mut AmqpDeliveries, count: usize) -> Vec<Delivery> {
    let mut taken = Vec::new();
    while taken.len() < count {
        taken.push(soon(deliveries.next()).await.expect("the channel is gone"));
    }
    taken
}

fn ids(deliveries: &[Delivery]) -> Vec<&str> {
    deliveries.iter().map(|d| d.message_id.as_deref().unwrap()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_delivery_has_what_was_published() {
    let vhost = broker::shared();
    let published = fill(&vhost.url(), 1).await;
    let connection = consume(&vhost.url()).await;
    let delivery = take(&mut connection.open(QUEUE, 10).await.unwrap(), 1).await.remove(0);
    assert_eq!(delivery.tag, 1);
    assert_eq!(delivery.body, vec![b'x'; 400]);
    assert_eq!(delivery.message_id.as_ref(), published.first());
    assert_eq!(delivery.headers["traceparent"], "00-a-b-01");
    assert!(!delivery.redelivered);
    assert_eq!((delivery.delivery_count, delivery.death), (0, None));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_of_many_frames_arrives_whole() {
    let vhost = broker::shared();
    let publisher = Running::ready(&vhost.url(), publish_settings()).await;
    let body: Vec<u8> = (0..=u8::MAX).cycle().take(300_000).collect();
    let message = OutgoingMessage { body: body.clone().into(), ..message(Lane::Interactive) };
    soon(publisher.publish(message)).await.unwrap();
    let connection = consume(&vhost.url()).await;
    let delivery = take(&mut connection.open(QUEUE, 10).await.unwrap(), 1).await.remove(0);
    assert!(delivery.body == body);
    publisher.stop().await;
}

/// Headers are one frame. Another client may have negotiated larger ones with the broker.
#[tokio::test(flavor = "multi_thread")]
async fn headers_larger_than_our_frames_are_read_too() {
    let vhost = broker::shared();
    let stranger = Broker::connect(&vhost.url()).await;
    consume(&vhost.url()).await.close().await;
    let header = "x".repeat(100_000);
    stranger.publish_with("", QUEUE, &[("long", &header)]).await;
    let connection = consume(&vhost.url()).await;
    let delivery = take(&mut connection.open(QUEUE, 10).await.unwrap(), 1).await.remove(0);
    assert!(delivery.headers["long"] == header);
}

#[tokio::test(flavor = "multi_thread")]
async fn acking_through_a_tag_acks_everything_before_it_and_nothing_after() {
    let vhost = broker::shared();
    let published = fill(&vhost.url(), 10).await;
    let connection = consume(&vhost.url()).await;
    let mut deliveries = connection.open(QUEUE, 100).await.unwrap();
    let taken = take(&mut deliveries, 10).await;
    assert_eq!(ids(&taken), published);
    deliveries.ack_through(taken[2].tag).await.unwrap();
    deliveries.ack_through(taken[5].tag).await.unwrap();
    // These were acked already; the broker would close the channel over them.
    deliveries.ack_through(taken[5].tag).await.unwrap();
    deliveries.ack_through(taken[0].tag).await.unwrap();
    deliveries.ack_through(taken[6].tag).await.unwrap();
    connection.close().await;

    let connection = consume(&vhost.url()).await;
    let mut deliveries = connection.open(QUEUE, 100).await.unwrap();
    let mut again = take(&mut deliveries, 3).await;
    again.sort_by_key(|delivery| delivery.message_id.clone());
    assert_eq!(ids(&again), published[7..]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_requeued_message_comes_again_and_counts_as_delivered_as_far_as_the_broker_counts() {
    let vhost = broker::shared();
    let is_counted = tokio::task::block_in_place(|| vhost.management().counts_requeues()).unwrap();
    let published = fill(&vhost.url(), 1).await;
    let connection = consume(&vhost.url()).await;
    for time in 0..3 {
        let mut deliveries = connection.open(QUEUE, 10).await.unwrap();
        let delivery = take(&mut deliveries, 1).await.remove(0);
        assert_eq!(delivery.message_id.as_ref(), published.first());
        assert_eq!(delivery.redelivered, time > 0);
        assert_eq!(delivery.delivery_count, if is_counted { time } else { 0 });
        deliveries.requeue_all().await;
        assert!(deliveries.next().await.is_none(), "nothing comes after a requeue");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn deliveries_of_a_lost_connection_come_again_and_count_as_delivered() {
    let vhost = broker::shared();
    fill(&vhost.url(), 1).await;
    for time in 0..3 {
        let connection = consume(&vhost.url()).await;
        let mut deliveries = connection.open(QUEUE, 10).await.unwrap();
        assert_eq!(take(&mut deliveries, 1).await[0].delivery_count, time);
        connection.close().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_requeue_includes_what_was_not_read_and_excludes_what_was_acked() {
    let vhost = broker::shared();
    let published = fill(&vhost.url(), 10).await;
    let connection = consume(&vhost.url()).await;
    let mut deliveries = connection.open(QUEUE, 100).await.unwrap();
    let taken = take(&mut deliveries, 3).await;
    deliveries.ack_through(taken[0].tag).await.unwrap();
    deliveries.requeue_all().await;

    let mut others = connection.open(QUEUE, 100).await.unwrap();
    let mut again = take(&mut others, 9).await;
    again.sort_by_key(|delivery| delivery.message_id.clone());
    assert_eq!(ids(&again), published[1..]);
    assert!(others.next().now_or_never().is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_prefetch_bounds_what_is_handed_out() {
    let vhost = broker::shared();
    fill(&vhost.url(), 10).await;
    let connection = consume(&vhost.url()).await;
    let mut one = connection.open(QUEUE, 6).await.unwrap();
    take(&mut one, 6).await;
    let mut other = connection.open(QUEUE, 6).await.unwrap();
    take(&mut other, 4).await;
    assert!(one.next().now_or_never().is_none());
    assert!(other.next().now_or_never().is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_connection_ends_the_deliveries_for_good() {
    let vhost = broker::shared();
    fill(&vhost.url(), 3).await;
    let connection = consume(&vhost.url()).await;
    let mut deliveries = connection.open(QUEUE, 2).await.unwrap();
    let first = take(&mut deliveries, 1).await.remove(0);
    connection.close().await;
    assert!(soon(deliveries.next()).await.is_none(), "the buffer is dropped too");
    assert!(soon(deliveries.next()).await.is_none());
    soon(deliveries.ack_through(first.tag)).await.unwrap_err();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_killed_broker_ends_the_deliveries() {
    let mut broker = broker::own();
    let url = broker.management().url();
    fill(&url, 1).await;
    let connection = consume(&url).await;
    let mut deliveries = connection.open(QUEUE, 10).await.unwrap();
    let taken = take(&mut deliveries, 1).await;
    let (next, ()) = soon(futures_util::future::join(deliveries.next(), async {
        tokio::task::block_in_place(|| broker.kill()).unwrap();
    }))
    .await;
    assert!(next.is_none());
    soon(deliveries.ack_through(taken[0].tag)).await.unwrap_err();
    soon(deliveries.requeue_all()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deleted_queue_ends_its_deliveries() {
    let vhost = broker::shared();
    fill(&vhost.url(), 1).await;
    let connection = consume(&vhost.url()).await;
    let mut deliveries = connection.open(QUEUE, 10).await.unwrap();
    take(&mut deliveries, 1).await;
    tokio::task::block_in_place(|| vhost.management().delete_queue(vhost.name(), QUEUE)).unwrap();
    assert!(soon(deliveries.next()).await.is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_that_the_broker_dead_letters_says_why_and_from_which_queue() {
    let vhost = broker::shared();
    let published = fill(&vhost.url(), 1).await;
    set_policy(&vhost, QUEUE, &json!({ "delivery-limit": 1 }));
    for _ in 0..2 {
        let connection = consume(&vhost.url()).await;
        take(&mut connection.open(QUEUE, 10).await.unwrap(), 1).await;
        connection.close().await;
    }
    let connection = consume(&vhost.url()).await;
    let mut dead = connection.open(DEAD_LETTER, 10).await.unwrap();
    let delivery = take(&mut dead, 1).await.remove(0);
    assert_eq!(delivery.message_id.as_ref(), published.first());
    assert_eq!(
        delivery.death,
        Some(Death { reason: "delivery_limit".to_owned(), queue: QUEUE.to_owned() })
    );
    assert_eq!(delivery.headers["traceparent"], "00-a-b-01", "the trace is kept");
}
