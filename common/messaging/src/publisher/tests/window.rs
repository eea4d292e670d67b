//! What waits for a permit of the window, and what keeps one.

use super::*;

#[tokio::test(start_paused = true)]
async fn the_window_bounds_what_is_on_its_way() {
    let running = start(FakeBroker::default()).await;
    let waiting = running.publish_each(&["a", "b", "c", "d"]).await;
    assert_eq!(running.broker.outstanding(), ["a", "b"]);
    running.settle(ConfirmOutcome::Acked).await;
    assert_eq!(running.broker.outstanding(), ["b", "c"]);
    for _ in 0..3 {
        running.settle(ConfirmOutcome::Acked).await;
    }
    assert!(waiting.into_iter().all(|caller| answer(caller) == Some(Ok(()))));
}

#[tokio::test(start_paused = true)]
async fn a_full_queue_refuses_a_caller_at_once() {
    let running = start(FakeBroker::default()).await;
    // Two on their way, one at the head, two in the queue.
    let _waiting = running.publish_each(&["a", "b", "c", "d", "e"]).await;
    assert_eq!(answer(running.publish("f").await), Some(Err(PublishError::Saturated)));
}

#[tokio::test(start_paused = true)]
async fn what_waits_too_long_for_the_window_is_answered_in_time_and_never_sent() {
    let running = start(FakeBroker::default()).await;
    let _sent = (running.publish("a").await, running.publish("b").await);
    let late = running.publish("late").await;
    running.wait(SECOND / 2).await;
    let later = running.publish("later").await;
    running.wait(SECOND / 2).await;
    assert_eq!(answer(late), Some(Err(PublishError::Saturated)));
    running.settle(ConfirmOutcome::Acked).await;
    assert_eq!(running.broker.outstanding(), ["b", "later"]);
    running.settle(ConfirmOutcome::Acked).await;
    running.settle(ConfirmOutcome::Acked).await;
    assert_eq!(answer(later), Some(Ok(())));
}

#[tokio::test(start_paused = true)]
async fn a_message_whose_caller_hung_up_in_the_queue_is_not_sent() {
    let running = start(FakeBroker::default()).await;
    let _sent = (running.publish("a").await, running.publish("b").await);
    running.publish("gone").await.abort();
    let _waiting = running.publish("c").await;
    running.settle(ConfirmOutcome::Acked).await;
    assert_eq!(running.broker.outstanding(), ["b", "c"]);
}

#[tokio::test(start_paused = true)]
async fn a_caller_who_hangs_up_later_keeps_the_permit_until_the_broker_confirms() {
    let running = start(FakeBroker::default()).await;
    running.publish("a").await.abort();
    running.publish("b").await.abort();
    let _waiting = running.publish("c").await;
    assert_eq!(running.broker.outstanding(), ["a", "b"]);
    running.settle(ConfirmOutcome::Acked).await;
    assert_eq!(running.broker.outstanding(), ["b", "c"]);
}
