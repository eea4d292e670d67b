use std::collections::BTreeMap;
use std::time::Duration;

use futures_util::future::FutureExt as _;
use registrar_domain::Lane;
use tokio::task::{JoinHandle, JoinSet};
use tokio::time::{advance, sleep};
use tokio_util::sync::CancellationToken;

use super::doubles::FakeBroker;
use super::transport::{ChannelState, ConfirmOutcome};
use super::*;

const SECOND: Duration = Duration::from_secs(1);

pub(crate) struct Running {
    pub(crate) publisher: Publisher,
    pub(crate) broker: FakeBroker,
    shutdown: CancellationToken,
    tasks: JoinSet<()>,
}

/// A window of two, a queue of two; a second in the queue, five for the confirm.
async fn start(broker: FakeBroker) -> Running {
    start_with(broker, 2, 2).await
}

pub(crate) async fn start_with(broker: FakeBroker, window: usize, queue: usize) -> Running {
    let settings = PublishSettings {
        publish_connections: 1.try_into().unwrap(),
        publish_window: window.try_into().unwrap(),
        publish_queue: queue.try_into().unwrap(),
        publish_queue_timeout: SECOND,
        publish_confirm_timeout: 5 * SECOND,
    };
    let retry = RetryPolicy::new(SECOND / 10, SECOND);
    let shutdown = CancellationToken::new();
    let connectors = [broker.clone()];
    let (publisher, tasks) =
        Publisher::with_connectors(connectors, settings, retry, Arc::new(()), &shutdown);
    let running = Running { publisher, broker, shutdown, tasks: tasks.into_iter().collect() };
    running.settle_down().await;
    running
}

impl Running {
    /// Lets every task get as far as it gets without time passing.
    pub(crate) async fn settle_down(&self) {
        for _ in 0..20 {
            tokio::task::yield_now().await;
        }
    }

    async fn publish(&self, id: &str) -> JoinHandle<Result<(), PublishError>> {
        let publisher = self.publisher.clone();
        let message = message(id);
        let waiting = tokio::spawn(async move { publisher.publish(message).await });
        self.settle_down().await;
        waiting
    }

    async fn publish_each(&self, ids: &[&str]) -> Vec<JoinHandle<Result<(), PublishError>>> {
        let mut waiting = Vec::new();
        for id in ids {
            waiting.push(self.publish(id).await);
        }
        waiting
    }

    pub(crate) async fn settle(&self, what: ConfirmOutcome) {
        self.broker.settle_oldest(what);
        self.settle_down().await;
    }

    pub(crate) async fn change_to(&self, condition: ChannelState) {
        self.broker.change_to(condition);
        self.settle_down().await;
    }

    pub(crate) async fn wait(&self, time: Duration) {
        advance(time).await;
        self.settle_down().await;
    }
}

fn message(id: &str) -> OutgoingMessage {
    let (body, headers) = (Vec::new(), BTreeMap::new());
    let (lane, message_id) = (Lane::Interactive, id.to_owned());
    OutgoingMessage { lane, message_id, body, headers, numbers: None }
}

/// What was answered by now.
pub(crate) fn answer(
    waiting: JoinHandle<Result<(), PublishError>>,
) -> Option<Result<(), PublishError>> {
    waiting.now_or_never().map(Result::unwrap)
}

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
    running.broker.refuse_reports(true);
    let _first = running.publish("a").await;
    running.settle(ConfirmOutcome::Acked).await;
    running.wait(SECOND).await;
    running.broker.refuse_reports(false);
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
