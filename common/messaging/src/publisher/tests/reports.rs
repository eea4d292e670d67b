//! What is reported to the ledger.

use super::*;
use crate::names::LEDGER;

#[tokio::test(start_paused = true)]
async fn what_became_of_every_message_is_reported_once() {
    let running = start(FakeBroker::default()).await;
    let _waiting = running.publish_each(&["a", "b"]).await;
    running.settle(ConfirmOutcome::Nacked).await;
    running.wait(SECOND).await;
    assert_eq!(running.broker.reported(), ["1/1"], "the second is in flight");
    running.settle(ConfirmOutcome::Acked).await;
    running.wait(SECOND).await;
    running.wait(5 * SECOND).await;
    assert_eq!(running.broker.reported(), ["1/1", "2/"]);
}

#[tokio::test(start_paused = true)]
async fn what_a_lost_channel_leaves_in_doubt_is_reported_as_unconfirmed_by_the_next() {
    let running = start(FakeBroker::default()).await;
    let _waiting = running.publish_each(&["a", "b"]).await;
    running.settle(ConfirmOutcome::Acked).await;
    running.change_to(ChannelState::Closed("cut".to_owned())).await;
    running.wait(2 * SECOND).await;
    running.wait(2 * SECOND).await;
    assert_eq!(running.broker.reported(), ["1-2/2"]);
    let _after = running.publish("c").await;
    running.settle(ConfirmOutcome::Acked).await;
    running.wait(SECOND).await;
    assert_eq!(running.broker.reported(), ["1-2/2", "3/"], "numbers go on over channels");
}

#[tokio::test(start_paused = true)]
async fn a_report_that_was_refused_is_made_again() {
    let running = start(FakeBroker::default()).await;
    running.broker.refuse_reports(Some(ConfirmOutcome::Nacked));
    let _first = running.publish("a").await;
    running.settle(ConfirmOutcome::Acked).await;
    running.wait(SECOND).await;
    running.broker.refuse_reports(None);
    let _second = running.publish("b").await;
    running.settle(ConfirmOutcome::Nacked).await;
    running.wait(SECOND).await;
    assert_eq!(running.broker.reported(), ["1-2/2"]);
}

#[tokio::test(start_paused = true)]
async fn a_shutdown_states_the_last_of_it() {
    let mut running = start(FakeBroker::default()).await;
    let _waiting = running.publish_each(&["a", "b"]).await;
    running.shutdown.cancel();
    running.settle(ConfirmOutcome::Acked).await;
    running.settle(ConfirmOutcome::Acked).await;
    running.tasks.join_next().await.unwrap().unwrap();
    assert_eq!(running.broker.reported(), ["1-2/"]);
}

#[tokio::test(start_paused = true)]
async fn nothing_is_reported_while_the_broker_blocks() {
    let running = start(FakeBroker::default()).await;
    let _waiting = running.publish("a").await;
    running.settle(ConfirmOutcome::Acked).await;
    running.change_to(ChannelState::Blocked("low on disk".to_owned())).await;
    running.wait(3 * SECOND).await;
    assert!(running.broker.reported().is_empty());
    running.change_to(ChannelState::Open).await;
    running.wait(SECOND).await;
    assert_eq!(running.broker.reported(), ["1/"]);
}

#[tokio::test(start_paused = true)]
async fn a_user_who_may_not_report_loses_a_channel_a_minute_and_not_one_a_second() {
    let running = start(FakeBroker::default()).await;
    running.broker.refuse_reports(Some(ConfirmOutcome::AccessRefused(LEDGER)));
    for _ in 0..20 {
        let registered = running.publish("a").await;
        running.settle(ConfirmOutcome::Acked).await;
        assert_eq!(answer(registered), Some(Ok(())));
        running.wait(SECOND).await;
        running.wait(SECOND).await;
    }
    assert_eq!(running.broker.channels(), 2);
    running.broker.refuse_reports(None);
    running.wait(30 * SECOND).await;
    assert_eq!(running.broker.reported(), ["1-20/"]);
}
