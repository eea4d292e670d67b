use std::collections::HashSet;
use std::sync::atomic::Ordering;

use futures_util::future::{FutureExt as _, join_all};
use lapin::types::{AMQPValue, LongString};
use registrar_domain::Lane;
use registrar_messaging::{
    AmqpConsumerConnection, Deliveries as _, PublishError, PublishSettings, queue_for,
};
use registrar_tests::proxy::{Proxy, Traffic};
use serde_json::json;

use super::broker;
use super::broker::{Inspector, describe, set_policy, settings, soon};
use super::running::{Running, message, publish_settings};

const QUEUE: &str = queue_for(Lane::Interactive);

#[tokio::test(flavor = "multi_thread")]
async fn a_published_message_is_persistent_and_says_what_it_is() {
    let vhost = broker::shared();
    let publisher = Running::ready(&vhost.url(), publish_settings()).await;
    let mut sent = message(Lane::Interactive);
    sent.headers.insert("traceparent".to_owned(), "00-a-b-01".to_owned());
    soon(publisher.publish(sent.clone())).await.unwrap();

    let stored = Inspector::connect(&vhost.url()).await.take_all(QUEUE).await;
    let [stored] = stored.as_slice() else { panic!("{} messages", stored.len()) };
    let properties = &stored.delivery.properties;
    let text = |value: &Option<lapin::types::ShortString>| value.clone().map(String::from);
    assert_eq!(stored.delivery.data, sent.body);
    assert_eq!(*properties.delivery_mode(), Some(2));
    assert_eq!(text(properties.message_id()), Some(sent.message_id));
    assert_eq!(text(properties.kind()).as_deref(), Some("registrations.v1"));
    assert_eq!(text(properties.content_type()).as_deref(), Some("application/json"));
    assert_eq!(text(properties.app_id()).as_deref(), Some("registrar"));
    assert!(properties.timestamp().is_some());
    let headers = properties.headers().clone().unwrap();
    assert_eq!(
        headers.inner().get("traceparent"),
        Some(&AMQPValue::LongString(LongString::from("00-a-b-01")))
    );
    publisher.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_queues_are_quorum_queues_that_lose_nothing_when_full_or_beyond_the_delivery_limit() {
    let vhost = broker::shared();
    Running::ready(&vhost.url(), publish_settings()).await.stop().await;
    for lane in Lane::ALL {
        let queue = describe(&vhost, queue_for(lane)).await;
        assert_eq!(queue["type"], "quorum");
        assert_eq!(queue["durable"], true);
        assert_eq!(
            queue["arguments"],
            json!({
                "x-queue-type": "quorum",
                "x-dead-letter-exchange": "registrations.dead-letter",
                "x-dead-letter-strategy": "at-least-once",
                "x-overflow": "reject-publish",
            }),
            "limits are policies"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn among_concurrent_callers_each_confirm_and_each_nack_goes_to_its_own() {
    let vhost = broker::shared();
    let publisher = Running::ready(&vhost.url(), publish_settings()).await;
    set_policy(&vhost, QUEUE, &json!({ "max-length-bytes": 40_000 }));

    // Makes room now and then, so that nacks come between confirms. Ends with a message that is
    // published after all others, and so is the last in the queue.
    let last = message(Lane::Interactive);
    let last_id = last.message_id.clone();
    let connection =
        AmqpConsumerConnection::connect(&settings(&vhost.url()), "test").await.unwrap();
    let mut deliveries = connection.open(QUEUE, 50).await.unwrap();
    let draining = tokio::spawn(async move {
        let mut stored = HashSet::new();
        while let Some(delivery) = deliveries.next().await {
            let id = delivery.message_id.unwrap();
            if id == last_id {
                break;
            }
            stored.insert(id);
            if delivery.tag % 20 == 0 {
                deliveries.ack_through(delivery.tag).await.unwrap();
            }
        }
        stored
    });

    let (mut confirmed, mut refused) = (HashSet::new(), HashSet::new());
    let both_come = async {
        while confirmed.len() <= 100 || refused.len() <= 100 {
            let calls = (0..1000).map(|_| async {
                let message = message(Lane::Interactive);
                (message.message_id.clone(), publisher.publish(message).await)
            });
            for (id, answer) in join_all(calls).await {
                match answer {
                    Ok(()) => confirmed.insert(id),
                    Err(PublishError::Refused) => refused.insert(id),
                    Err(other) => panic!("{other:?}"),
                };
            }
        }
        while publisher.publish(last.clone()).await.is_err() {}
    };
    soon(both_come).await;
    assert_eq!(confirmed, soon(draining).await.unwrap());
    publisher.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn callers_that_hang_up_leak_no_permit_of_the_window() {
    let vhost = broker::shared();
    let window = 4.try_into().unwrap();
    let settings = PublishSettings { publish_window: window, ..publish_settings() };
    let proxy = Proxy::to(&vhost.url()).await;
    let publisher = Running::ready(&proxy.url(&vhost.url()), settings).await;
    let in_flight = || publisher.seen.window.load(Ordering::SeqCst);
    // Fewer than the queue holds, so that no publish is refused because it is full.
    for _ in 0..50 {
        proxy.set(Traffic::Unanswered);
        let calls = join_all((0..10).map(|_| publisher.publish(message(Lane::Interactive))));
        let mut calls = Box::pin(calls);
        assert!(calls.as_mut().now_or_never().is_none());
        // A confirm report counts as in flight too, and is published even while the window is full.
        assert!(broker::until(|| in_flight() >= 4).await);
        // Dropped: some are in flight, the others wait.
        drop(calls);
        proxy.set(Traffic::Flowing);
        assert!(broker::until(|| in_flight() == 0).await);
    }
    let calls = join_all((0..100).map(|_| publisher.publish(message(Lane::Interactive))));
    assert!(soon(calls).await.iter().all(Result::is_ok));
    publisher.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_shutdown_answers_every_caller_and_accepts_no_more() {
    let vhost = broker::shared();
    let publisher = Running::ready(&vhost.url(), publish_settings()).await;
    let handle = publisher.clone();
    let calls = (0..2000).map(|_| async {
        let message = message(Lane::Interactive);
        (message.message_id.clone(), handle.publish(message).await)
    });
    let (answers, ()) = soon(futures_util::future::join(join_all(calls), publisher.stop())).await;

    let stored = Inspector::connect(&vhost.url()).await.take_ids(QUEUE).await;
    for (id, answer) in answers {
        match answer {
            Ok(()) => assert!(stored.contains(&id)),
            Err(error) => {
                assert_ne!(error, PublishError::Unknown, "nothing is left in doubt");
                assert!(!stored.contains(&id));
            }
        }
    }
    let late = handle.publish(message(Lane::Interactive)).await;
    assert_eq!(late, Err(PublishError::Unavailable));
}
