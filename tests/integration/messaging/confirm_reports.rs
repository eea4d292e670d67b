//! The confirm reports of publishers, over real servers.

use std::time::Duration;

use lapin::options::{BasicGetOptions, QueueDeleteOptions};
use registrar_domain::Lane;
use registrar_domain::ledger::SequenceState;
use registrar_messaging::{ConfirmReport, LEDGER, PublishError, queue_for};
use serde_json::json;

use super::broker::{Inspector, set_policy, shared, soon};
use super::running::{Running, message, publish_settings};

const LANE: Lane = Lane::Interactive;

#[tokio::test(flavor = "multi_thread")]
async fn a_publisher_that_ends_has_reported_what_became_of_every_message() {
    let vhost = shared();
    let publisher = Running::ready(&vhost.url(), publish_settings()).await;
    let queue = format!("^{}$", queue_for(LANE).replace('.', "\\."));
    let mut refused = 0;
    for round in 0..2 {
        for _ in 0..50 {
            match publisher.publish(message(LANE)).await {
                Ok(()) => {}
                Err(error) => {
                    assert_eq!(error, PublishError::Refused);
                    refused += 1;
                }
            }
        }
        if round == 0 {
            set_policy(&vhost, &queue, &json!({ "max-length": 60 }));
        }
    }
    publisher.publish(message(Lane::Bulk)).await.unwrap();
    publisher.stop().await;

    let inspector = Inspector::connect(&vhost.url()).await;
    let (mut interactive, mut bulk) = (SequenceState::default(), SequenceState::default());
    for taken in inspector.take_all(LEDGER).await {
        let report = ConfirmReport::decode(&taken.delivery.data).unwrap();
        let state = if report.key.lane == LANE { &mut interactive } else { &mut bulk };
        state.add(&report.into_state());
    }
    assert_eq!(interactive.reported.to_string(), "1-100");
    assert_eq!(interactive.unconfirmed.count(), refused);
    let stored = inspector.take_ids(queue_for(LANE)).await.len();
    assert_eq!(interactive.confirmed().count(), stored as u64);
    assert!(refused > 0 && stored < 100);
    assert_eq!((bulk.reported.to_string(), bulk.unconfirmed.count()), ("1".to_owned(), 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_missing_ledger_queue_is_declared_again_with_the_next_confirm_report() {
    let vhost = shared();
    let publisher = Running::ready(&vhost.url(), publish_settings()).await;
    let channel = Inspector::connect(&vhost.url()).await.channel().await;
    channel.queue_delete(LEDGER.into(), QueueDeleteOptions::default()).await.unwrap();
    publisher.publish(message(LANE)).await.unwrap();
    let report = soon(async {
        loop {
            // The broker closes the channel while there is no queue. One that is opened at that moment on the
            // same connection may bring that down, too.
            let inspector = Inspector::connect(&vhost.url()).await;
            let channel = inspector.channel().await;
            let options = BasicGetOptions { no_ack: true };
            match channel.basic_get(LEDGER.into(), options).await {
                Ok(Some(message)) => break ConfirmReport::decode(&message.delivery.data).unwrap(),
                Ok(None) | Err(_) => tokio::time::sleep(Duration::from_millis(20)).await,
            }
        }
    })
    .await;
    assert_eq!(report.reported.to_string(), "1");
    publisher.stop().await;
}
