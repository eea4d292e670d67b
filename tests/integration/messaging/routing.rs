use std::collections::HashSet;
use std::sync::atomic::Ordering;

use futures_util::future::join_all;
use registrar_domain::Lane;
use registrar_messaging::{PublishError, REGISTRATIONS_EXCHANGE, UNROUTED, queue_for};

use super::broker;
use super::broker::{Inspector, soon};
use super::running::{Running, message, publish_settings};

#[tokio::test(flavor = "multi_thread")]
async fn an_unroutable_message_is_stored_where_it_raises_the_alarm() {
    let vhost = broker::shared();
    let publisher = Running::ready(&vhost.url(), publish_settings()).await;
    let inspector = Inspector::connect(&vhost.url()).await;
    inspector.unbind(queue_for(Lane::Bulk), REGISTRATIONS_EXCHANGE, "bulk").await;

    let sent = message(Lane::Bulk);
    soon(publisher.publish(sent.clone())).await.unwrap();
    assert_eq!(inspector.take_ids(UNROUTED).await, HashSet::from([sent.message_id]));
    publisher.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_returned_message_is_never_reported_as_stored_whatever_it_travels_with() {
    let vhost = broker::shared();
    let publisher = Running::ready(&vhost.url(), publish_settings()).await;
    let inspector = Inspector::connect(&vhost.url()).await;
    for round in 1..=20_u64 {
        inspector.unbind(UNROUTED, UNROUTED, "").await;
        inspector.unbind(queue_for(Lane::Bulk), REGISTRATIONS_EXCHANGE, "bulk").await;
        let calls = (0..300).map(|number| {
            let lane = if number % 10 == 9 { Lane::Bulk } else { Lane::Interactive };
            let message = message(lane);
            let publisher = &publisher;
            async move { (message.message_id.clone(), publisher.publish(message).await) }
        });
        let answers = soon(join_all(calls)).await;

        let mut stored = HashSet::new();
        for queue in [queue_for(Lane::Interactive), queue_for(Lane::Bulk), UNROUTED] {
            stored.extend(inspector.take_ids(queue).await);
        }
        let lost: Vec<_> =
            answers.iter().filter(|(id, got)| got.is_ok() && !stored.contains(id)).collect();
        assert!(lost.is_empty(), "{lost:?}");
        assert!(answers.iter().any(|(_, got)| *got == Err(PublishError::Unknown)));
        assert!(publisher.seen.returned.load(Ordering::SeqCst) >= round, "an alarm each time");

        // The new connection declares what was missing.
        assert!(soon(publisher.ready()).await);
        while publisher.publish(message(Lane::Bulk)).await.is_err() {
            soon(publisher.ready()).await;
        }
    }
    publisher.stop().await;
}
