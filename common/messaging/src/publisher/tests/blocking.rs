//! While the broker is short of memory or disk.

use super::*;

#[tokio::test(start_paused = true)]
async fn a_block_refuses_those_who_wait_and_those_who_come() {
    let running = start(FakeBroker::default()).await;
    let sent = running.publish_each(&["a", "b"]).await;
    let waiting = running.publish_each(&["c", "d"]).await;
    running.change_to(ChannelState::Blocked("low on disk".to_owned())).await;
    for caller in waiting {
        assert_eq!(answer(caller), Some(Err(PublishError::Unavailable)));
    }
    assert_eq!(answer(running.publish("e").await), Some(Err(PublishError::Unavailable)));
    let why = "RabbitMQ takes no messages for now: low on disk".to_owned();
    assert_eq!(running.publisher.readiness(), Readiness::NotReady(why));

    running.wait(6 * SECOND).await;
    for caller in sent {
        assert_eq!(answer(caller), Some(Err(PublishError::Unknown)), "in time, blocked or not");
    }
    running.change_to(ChannelState::Open).await;
    assert_eq!(running.broker.channels(), 1, "a new one would not know of the block");
    running.settle(ConfirmOutcome::Acked).await;
    running.settle(ConfirmOutcome::Acked).await;
    let after = running.publish("f").await;
    running.settle(ConfirmOutcome::Acked).await;
    assert_eq!(answer(after), Some(Ok(())));
}

#[tokio::test(start_paused = true)]
async fn after_a_block_the_broker_has_its_time_again_and_no_more() {
    let running = start(FakeBroker::default()).await;
    let _sent = running.publish("a").await;
    running.change_to(ChannelState::Blocked("low on disk".to_owned())).await;
    running.wait(11 * SECOND / 2).await;
    running.wait(2 * SECOND).await;
    running.change_to(ChannelState::Open).await;
    running.wait(4 * SECOND).await;
    assert!(running.publisher.readiness().is_ready());
    running.wait(2 * SECOND).await;
    running.wait(SECOND).await;
    assert_eq!(running.broker.channels(), 2, "never confirmed what it took before the block");
}

#[tokio::test(start_paused = true)]
async fn blocks_that_come_and_go_keep_no_request_waiting_longer() {
    let running = start(FakeBroker::default()).await;
    let first = running.publish("a").await;
    for _ in 0..3 {
        running.change_to(ChannelState::Blocked("low on disk".to_owned())).await;
        running.wait(SECOND).await;
        running.change_to(ChannelState::Open).await;
        running.wait(SECOND / 2).await;
    }
    let second = running.publish("b").await;
    running.wait(Duration::from_millis(502)).await;
    assert_eq!(answer(first), Some(Err(PublishError::Unknown)), "5 s after it was sent");
    assert_eq!(running.broker.channels(), 1, "the broker has its time again");
    running.settle(ConfirmOutcome::Acked).await;
    running.settle(ConfirmOutcome::Acked).await;
    assert_eq!(answer(second), Some(Ok(())), "it was not due yet");
    assert_eq!(running.broker.channels(), 1);
}
