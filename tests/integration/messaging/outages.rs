use std::sync::atomic::Ordering;
use std::time::Duration;

use futures_util::future::{join, join_all};
use registrar_domain::Lane;
use registrar_messaging::{PublishError, PublishSettings, Readiness, queue_for};
use tokio::time::sleep;

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

    // The broker sends connection.blocked only to a connection that publishes; one that learns of it
    // later than after the confirm timeout is given up.
    let blocked = "RabbitMQ takes no messages for now: low on memory";
    let blocked = Readiness::NotReady(blocked.to_owned());
    let first = soon(async {
        loop {
            let answer = publish(&publisher).await;
            if publisher.readiness() == blocked {
                return answer;
            }
            sleep(Duration::from_millis(1)).await;
        }
    })
    .await;
    assert_eq!(first, Err(PublishError::Unknown));
    for answer in join_all((0..100).map(|_| publish(&publisher))).await {
        assert_eq!(answer, Err(PublishError::Unavailable));
    }
    assert_eq!(publisher.readiness(), blocked);

    tokio::task::block_in_place(|| broker.set_memory_watermark(FED)).unwrap();
    goes_on(&publisher).await;
    publisher.stop().await;
}

/// Publishes. Nothing but the publisher's own timeouts ends the wait for an answer.
async fn publish(publisher: &Running) -> Result<(), PublishError> {
    soon(publisher.publish(message(Lane::Interactive))).await
}

/// Waits until something is confirmed: a broker that is just back may take longer than a short timeout.
async fn goes_on(publisher: &Running) {
    soon(async {
        while publish(publisher).await.is_err() {
            assert!(publisher.ready().await);
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_killed_broker_leaves_no_caller_waiting_and_is_used_again_when_it_is_back() {
    let mut broker = broker::own();
    let url = broker.management().url();
    let settings =
        PublishSettings { publish_confirm_timeout: Duration::from_hours(1), ..publish_settings() };
    let publisher = Running::ready(&url, settings).await;
    let before = message(Lane::Interactive);
    soon(publisher.publish(before.clone())).await.unwrap();

    // Frozen, so that there are outstanding confirms when it is killed.
    broker.pause().unwrap();
    let waiting = join_all((0..100).map(|_| publisher.publish(message(Lane::Interactive))));
    let killing = async {
        assert!(broker::until(|| publisher.seen.window.load(Ordering::SeqCst) == 100).await);
        tokio::task::block_in_place(|| broker.kill()).unwrap();
    };
    let (answers, ()) = soon(join(waiting, killing)).await;
    for answer in answers {
        assert_eq!(answer, Err(PublishError::Unknown));
    }
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
    assert_eq!(publish(&publisher).await, Err(PublishError::Unknown));
    assert_eq!(publish(&publisher).await, Err(PublishError::Unavailable));
    assert!(!publisher.readiness().is_ready());

    broker.resume().unwrap();
    goes_on(&publisher).await;
    publisher.stop().await;
}
