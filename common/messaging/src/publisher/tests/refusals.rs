//! What is refused again and again.

use super::*;

#[tokio::test(start_paused = true)]
async fn a_connection_on_which_everything_is_refused_makes_way_for_another() {
    let running = start(FakeBroker::default()).await;
    let refused = running.publish("a").await;
    running.settle(ConfirmOutcome::Nacked).await;
    assert_eq!(answer(refused), Some(Err(PublishError::Refused)));
    running.wait(4 * SECOND).await;
    assert_eq!(running.broker.channels(), 1, "not before its time");
    running.wait(2 * SECOND).await;
    running.wait(SECOND).await;
    assert_eq!(running.broker.channels(), 2);
    let taken = running.publish("b").await;
    running.settle(ConfirmOutcome::Acked).await;
    assert_eq!(answer(taken), Some(Ok(())));
}

#[tokio::test(start_paused = true)]
async fn it_answers_everything_that_it_took_before_it_goes() {
    let standby = FakeBroker::default();
    let running = start_on(vec![FakeBroker::default(), standby.clone()], 2, 2).await;
    let _refused = running.publish("a").await;
    running.settle(ConfirmOutcome::Nacked).await;
    running.wait(4 * SECOND).await;
    let taken = running.publish("b").await;
    running.wait(2 * SECOND).await;
    let _next = running.publish("c").await;
    assert_eq!(standby.outstanding(), ["c"]);
    running.settle(ConfirmOutcome::Acked).await;
    assert_eq!(answer(taken), Some(Ok(())));
    running.wait(SECOND).await;
    assert_eq!(running.broker.channels(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_queue_that_takes_something_now_and_then_is_only_full() {
    let running = start(FakeBroker::default()).await;
    for outcome in [ConfirmOutcome::Nacked, ConfirmOutcome::Acked].repeat(5) {
        let _waiting = running.publish("a").await;
        running.settle(outcome).await;
        running.wait(3 * SECOND).await;
    }
    assert_eq!(running.broker.channels(), 1);
}

#[tokio::test(start_paused = true)]
async fn confirm_reports_that_are_refused_have_another_connection_too() {
    let running = start(FakeBroker::default()).await;
    running.broker.refuse_reports(Some(ConfirmOutcome::Nacked));
    for _ in 0..5 {
        let registered = running.publish("a").await;
        running.settle(ConfirmOutcome::Acked).await;
        assert_eq!(answer(registered), Some(Ok(())));
        running.wait(SECOND).await;
    }
    assert_eq!(running.broker.channels(), 1);
    running.broker.refuse_reports(None);
    running.wait(2 * SECOND).await;
    running.wait(SECOND).await;
    running.wait(SECOND).await;
    assert_eq!(running.broker.channels(), 2);
    assert_eq!(running.broker.reported(), ["1-5/"]);
}

#[tokio::test(start_paused = true)]
async fn a_block_is_waited_for_on_the_same_connection() {
    let running = start(FakeBroker::default()).await;
    let _refused = running.publish("a").await;
    running.settle(ConfirmOutcome::Nacked).await;
    running.change_to(ChannelState::Blocked("low on disk".to_owned())).await;
    running.wait(6 * SECOND).await;
    running.wait(6 * SECOND).await;
    assert_eq!(running.broker.channels(), 1);
}
