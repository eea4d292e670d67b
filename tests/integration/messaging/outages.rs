use std::time::{Duration, Instant};

use futures_util::future::join_all;
use registrar_domain::Lane;
use registrar_messaging::{PublishError, PublishSettings, Readiness, queue_for};

use super::broker;
use super::broker::{Inspector, soon};
use super::running::{Running, message, publish_settings};

const QUEUE: &str = queue_for(Lane::Interactive);

/// The node's memory in use is always above the first and below the second.
const STARVED: f64 = 0.00001;
const FED: f64 = 0.4;

#[tokio::test(flavor = "multi_thread")]
async fn a_blocked_publisher_answers_in_time_and_goes_on_afterwards() {
    let broker = broker::own();
    let settings = PublishSettings {
        publish_queue_timeout: Duration::from_millis(500),
        publish_confirm_timeout: Duration::from_secs(1),
        ..publish_settings()
    };
    let publisher = Running::ready(&broker.management().url(), settings).await;
    tokio::task::block_in_place(|| broker.set_memory_watermark(STARVED)).unwrap();

    // The broker sends connection.blocked only to a connection that publishes.
    let first = timed(&publisher).await;
    assert_eq!(first, Err(PublishError::Unknown));
    for answer in join_all((0..100).map(|_| timed(&publisher))).await {
        assert_eq!(answer, Err(PublishError::Unavailable));
    }
    let Readiness::NotReady(why) = publisher.readiness() else { panic!("ready") };
    assert_eq!(why, "RabbitMQ takes no messages for now: low on memory");

    tokio::task::block_in_place(|| broker.set_memory_watermark(FED)).unwrap();
    assert!(soon(publisher.ready()).await);
    assert_eq!(timed(&publisher).await, Ok(()));
    publisher.stop().await;
}

/// Publishes, and checks that the publisher answers within its timeouts.
async fn timed(publisher: &Running) -> Result<(), PublishError> {
    let start = Instant::now();
    let answer = soon(publisher.publish(message(Lane::Interactive))).await;
    assert!(start.elapsed() < Duration::from_secs(2), "{:?}", start.elapsed());
    answer
}

#[tokio::test(flavor = "multi_thread")]
async fn a_killed_broker_leaves_no_caller_waiting_and_is_used_again_when_it_is_back() {
    let mut broker = broker::own();
    let url = broker.management().url();
    let publisher = Running::ready(&url, publish_settings()).await;
    let before = message(Lane::Interactive);
    soon(publisher.publish(before.clone())).await.unwrap();

    // Frozen, so that there are outstanding confirms when it is killed.
    broker.pause().unwrap();
    let waiting = join_all((0..100).map(|_| publisher.publish(message(Lane::Interactive))));
    let mut waiting = Box::pin(waiting);
    assert!(tokio::time::timeout(Duration::from_millis(200), &mut waiting).await.is_err());
    tokio::task::block_in_place(|| broker.kill()).unwrap();
    let killed = Instant::now();
    for answer in soon(waiting).await {
        assert_eq!(answer, Err(PublishError::Unknown));
    }
    assert!(killed.elapsed() < Duration::from_secs(2), "at once: {:?}", killed.elapsed());
    let refused = publisher.publish(message(Lane::Interactive)).await;
    assert_eq!(refused, Err(PublishError::Unavailable));

    tokio::task::block_in_place(|| broker.start_again()).unwrap();
    assert!(soon(publisher.ready()).await);
    let after = message(Lane::Interactive);
    soon(publisher.publish(after.clone())).await.unwrap();
    let stored = Inspector::connect(&url).await.take_ids(QUEUE).await;
    assert!(stored.contains(&before.message_id), "what was confirmed survives");
    assert!(stored.contains(&after.message_id));

    // This time there are no outstanding confirms that could fail.
    tokio::task::block_in_place(|| broker.kill()).unwrap();
    assert!(broker::until(|| !publisher.readiness().is_ready()).await);
    publisher.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_frozen_broker_is_abandoned_after_the_confirm_timeout() {
    let broker = broker::own();
    let settings = PublishSettings {
        publish_confirm_timeout: Duration::from_millis(500),
        ..publish_settings()
    };
    let publisher = Running::ready(&broker.management().url(), settings).await;
    broker.pause().unwrap();
    assert_eq!(timed(&publisher).await, Err(PublishError::Unknown));
    assert_eq!(timed(&publisher).await, Err(PublishError::Unavailable));
    assert!(!publisher.readiness().is_ready());

    broker.resume().unwrap();
    assert!(soon(publisher.ready()).await);
    assert_eq!(timed(&publisher).await, Ok(()));
    publisher.stop().await;
}
