//! What callers are answered, and when.

use super::*;

#[tokio::test(start_paused = true)]
async fn each_answer_goes_to_its_own_caller() {
    let running = start(FakeBroker::default()).await;
    let (first, second) = (running.publish("a").await, running.publish("b").await);
    running.settle(ConfirmOutcome::Nacked).await;
    running.settle(ConfirmOutcome::Acked).await;
    assert_eq!(answer(first), Some(Err(PublishError::Refused)));
    assert_eq!(answer(second), Some(Ok(())));
}

#[tokio::test(start_paused = true)]
async fn one_connection_takes_all_and_another_stands_by_for_its_end() {
    let standby = FakeBroker::default();
    let running = start_on(vec![FakeBroker::default(), standby.clone()], 2, 2).await;
    let _sent = (running.publish("a").await, running.publish("b").await);
    assert_eq!((running.broker.outstanding().len(), standby.outstanding().len()), (2, 0));
    running.change_to(ChannelState::Closed("cut".to_owned())).await;
    let next = running.publish("c").await;
    assert_eq!(standby.outstanding(), ["c"]);
    standby.settle_oldest(ConfirmOutcome::Acked);
    running.settle_down().await;
    assert_eq!(answer(next), Some(Ok(())));
}

#[tokio::test(start_paused = true)]
async fn another_connection_takes_what_comes_while_more_waits_for_the_window_than_a_message_carries()
 {
    let second = FakeBroker::default();
    let running = start_on(vec![FakeBroker::default(), second.clone()], 2, 2 * GROUP_MOST).await;
    let mut waiting = Vec::new();
    // Two on their way, one at the head, and a message's worth in the queue.
    for _ in 0..2 + 1 + GROUP_MOST {
        waiting.push(running.publish("a").await);
    }
    assert!(second.outstanding().is_empty());
    let next = running.publish("b").await;
    assert_eq!(second.outstanding(), ["b"]);
    second.settle_oldest(ConfirmOutcome::Acked);
    running.settle_down().await;
    assert_eq!(answer(next), Some(Ok(())));
}

#[tokio::test(start_paused = true)]
async fn a_confirm_that_is_late_puts_everything_sent_in_doubt() {
    let running = start(FakeBroker::default()).await;
    let first = running.publish("a").await;
    running.wait(4 * SECOND).await;
    let second = running.publish("b").await;
    running.wait(Duration::from_millis(998)).await;
    assert_eq!(running.broker.channels(), 1, "not before its time");
    running.wait(Duration::from_millis(4)).await;
    assert_eq!(answer(first), Some(Err(PublishError::Unknown)));
    assert_eq!(answer(second), Some(Err(PublishError::Unknown)));
    running.wait(SECOND).await;
    assert_eq!(running.broker.channels(), 2);
}

#[tokio::test(start_paused = true)]
async fn slow_confirms_that_keep_coming_do_no_harm() {
    let running = start(FakeBroker::default()).await;
    for id in ["a", "b", "c", "d"] {
        let waiting = running.publish(id).await;
        running.wait(4 * SECOND).await;
        running.settle(ConfirmOutcome::Acked).await;
        assert_eq!(answer(waiting), Some(Ok(())));
    }
    assert_eq!(running.broker.channels(), 1);
}

#[tokio::test(start_paused = true)]
async fn what_is_settled_together_with_a_returned_message_is_in_doubt() {
    for order in [
        [ConfirmOutcome::Returned, ConfirmOutcome::Acked],
        [ConfirmOutcome::Acked, ConfirmOutcome::Returned],
    ] {
        let running = start(FakeBroker::default()).await;
        let (first, second) = (running.publish("a").await, running.publish("b").await);
        running.broker.settle_oldest(order[0]);
        running.broker.settle_oldest(order[1]);
        running.settle_down().await;
        assert_eq!(answer(first), Some(Err(PublishError::Unknown)));
        assert_eq!(answer(second), Some(Err(PublishError::Unknown)));
        running.wait(SECOND).await;
        assert_eq!(running.broker.channels(), 2);
    }
}

#[tokio::test(start_paused = true)]
async fn a_lost_channel_puts_what_was_sent_in_doubt_and_sends_nothing_more() {
    let running = start(FakeBroker::default()).await;
    running.broker.refuse(1);
    let sent = running.publish_each(&["a", "b"]).await;
    let waiting = running.publish("c").await;
    running.change_to(ChannelState::Closed("cut".to_owned())).await;
    for caller in sent {
        assert_eq!(answer(caller), Some(Err(PublishError::Unknown)));
    }
    assert_eq!(answer(waiting), Some(Err(PublishError::Unavailable)));
    assert_eq!(answer(running.publish("d").await), Some(Err(PublishError::Unavailable)));
    sleep(2 * SECOND).await;
    assert!(running.publisher.readiness().is_ready());
    assert!(running.broker.outstanding().is_empty());
}

#[tokio::test(start_paused = true)]
async fn connecting_is_tried_for_ever_and_says_why_it_fails() {
    let broker = FakeBroker::default();
    broker.refuse(50);
    let running = start(broker).await;
    assert_eq!(answer(running.publish("a").await), Some(Err(PublishError::Unavailable)));
    assert!(running.publisher.readiness().to_string().contains("did not answer in time"));
    assert!(running.publisher.ready().await);
}

#[tokio::test(start_paused = true)]
async fn a_shutdown_waits_for_confirms_and_refuses_the_rest() {
    let mut running = start(FakeBroker::default()).await;
    let (first, second) = (running.publish("a").await, running.publish("b").await);
    let waiting = running.publish_each(&["c", "d"]).await;
    running.shutdown.cancel();
    running.settle_down().await;
    for caller in waiting {
        assert_eq!(answer(caller), Some(Err(PublishError::Unavailable)));
    }
    assert_eq!(answer(running.publish("e").await), Some(Err(PublishError::Unavailable)));
    running.settle(ConfirmOutcome::Acked).await;
    assert_eq!(answer(first), Some(Ok(())));
    running.wait(6 * SECOND).await;
    assert_eq!(answer(second), Some(Err(PublishError::Unknown)), "it does not wait for ever");
    running.tasks.join_next().await.unwrap().unwrap();
    assert!(!running.publisher.ready().await);
}
