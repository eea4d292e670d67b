//! Group commit: what travels together, and that each caller gets the answer of its own message.

use proptest::prelude::*;
use registrar_domain::{Registration, RegistrationId, Student};
use registrar_telemetry::propagation::{SpanContext, extract, span_in};
use time::OffsetDateTime;
use tokio::task::JoinHandle;

use super::doubles::FakeBroker;
use super::{Running, SECOND, answer, start_with};
use crate::publisher::error::PublishError;
use crate::publisher::gathering::{FEW_MESSAGES, GROUP_MOST};
use crate::publisher::message::OutgoingRegistration;
use crate::publisher::transport::{ChannelState, ConfirmOutcome};
use crate::trace_contexts::tests::traceparent_of;

type Waiting = JoinHandle<Result<(), PublishError>>;

fn registration(number: usize, span: Option<SpanContext>) -> OutgoingRegistration {
    let registration = Registration {
        id: RegistrationId::from_bytes([u8::try_from(number % 256).unwrap(); 16]),
        student: Student::parse("Ada", "Lovelace", &format!("ada{number}@example.com")).unwrap(),
        accepted_at: OffsetDateTime::UNIX_EPOCH,
        import: None,
    };
    OutgoingRegistration::new(&registration, span)
}

async fn register(running: &Running, count: usize) -> Vec<Waiting> {
    let mut waiting = Vec::new();
    for number in 0..count {
        let publisher = running.publisher.clone();
        let one = registration(number, None);
        waiting.push(tokio::spawn(async move { publisher.register(one).await }));
        running.settle_down().await;
    }
    waiting
}

fn answers(waiting: Vec<Waiting>) -> Vec<Option<Result<(), PublishError>>> {
    waiting.into_iter().map(answer).collect()
}

#[tokio::test(start_paused = true)]
async fn with_few_confirms_outstanding_a_registration_that_comes_alone_travels_at_once() {
    let running = start_with(FakeBroker::default(), 1_000, 1_000).await;
    let waiting = register(&running, FEW_MESSAGES).await;
    assert_eq!(running.broker.group_sizes(), [1; FEW_MESSAGES]);
    for _ in 0..FEW_MESSAGES {
        running.settle(ConfirmOutcome::Acked).await;
    }
    assert_eq!(answers(waiting), [Some(Ok(())); FEW_MESSAGES]);
}

#[tokio::test(start_paused = true)]
async fn what_is_ready_together_travels_together_at_once() {
    let running = start_with(FakeBroker::default(), 1_000, 1_000).await;
    let waiting: Vec<_> = (0..5)
        .map(|number| {
            let publisher = running.publisher.clone();
            let one = registration(number, None);
            tokio::spawn(async move { publisher.register(one).await })
        })
        .collect();
    running.settle_down().await;
    assert_eq!(running.broker.group_sizes(), [5]);
    running.settle(ConfirmOutcome::Acked).await;
    assert_eq!(answers(waiting), [Some(Ok(())); 5]);
}

#[tokio::test(start_paused = true)]
async fn with_more_they_gather_until_a_confirm_and_are_answered_by_the_confirm_of_their_message() {
    let running = start_with(FakeBroker::default(), 1_000, 1_000).await;
    let alone = register(&running, FEW_MESSAGES).await;
    let together = register(&running, 7).await;
    assert_eq!(running.broker.group_sizes(), [1; FEW_MESSAGES]);
    running.settle(ConfirmOutcome::Acked).await;
    assert_eq!(running.broker.group_sizes(), [1, 7]);
    for _ in 1..FEW_MESSAGES {
        running.settle(ConfirmOutcome::Acked).await;
    }
    assert_eq!(answers(alone), [Some(Ok(())); FEW_MESSAGES]);
    assert!(together.iter().all(|caller| !caller.is_finished()), "not before their own confirm");
    running.settle(ConfirmOutcome::Acked).await;
    assert_eq!(answers(together), [Some(Ok(())); 7]);
}

#[tokio::test(start_paused = true)]
async fn a_full_message_does_not_wait_and_none_is_larger() {
    let running = start_with(FakeBroker::default(), 1_000, 1_000).await;
    let _waiting = register(&running, FEW_MESSAGES + 2 * GROUP_MOST + 5).await;
    let full = GROUP_MOST;
    assert_eq!(running.broker.group_sizes(), [1, 1, full, full]);
}

#[tokio::test(start_paused = true)]
async fn the_window_counts_registrations() {
    let running = start_with(FakeBroker::default(), FEW_MESSAGES + 3, 1_000).await;
    let _waiting = register(&running, FEW_MESSAGES + 20).await;
    running.settle(ConfirmOutcome::Acked).await;
    assert_eq!(running.broker.group_sizes(), [1, 3]);
}

#[tokio::test(start_paused = true)]
async fn every_registration_of_a_message_has_the_answer_of_what_became_of_it() {
    for (outcome, result) in [
        (ConfirmOutcome::Nacked, PublishError::Refused),
        (ConfirmOutcome::Returned, PublishError::Unknown),
        (ConfirmOutcome::ChannelClosed, PublishError::Unknown),
    ] {
        let running = start_with(FakeBroker::default(), 1_000, 1_000).await;
        let _alone = register(&running, FEW_MESSAGES).await;
        let together = register(&running, 5).await;
        for _ in 0..FEW_MESSAGES {
            running.settle(ConfirmOutcome::Acked).await;
        }
        running.settle(outcome).await;
        assert_eq!(answers(together), [Some(Err(result)); 5], "{outcome:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_channel_that_closes_leaves_what_was_sent_in_doubt_and_what_gathered_unsent() {
    let running = start_with(FakeBroker::default(), 1_000, 1_000).await;
    let _alone = register(&running, FEW_MESSAGES).await;
    let sent = register(&running, 3).await;
    running.settle(ConfirmOutcome::Acked).await;
    let gathered = register(&running, 3).await;
    running.change_to(ChannelState::Closed("cut".to_owned())).await;
    assert_eq!(answers(sent), [Some(Err(PublishError::Unknown)); 3]);
    assert_eq!(answers(gathered), [Some(Err(PublishError::Unavailable)); 3]);
}

#[tokio::test(start_paused = true)]
async fn while_the_broker_stalls_what_gathered_goes_into_the_window_when_it_has_waited_long_enough()
{
    let running = start_with(FakeBroker::default(), 1_000, 1_000).await;
    let _alone = register(&running, FEW_MESSAGES).await;
    let together = register(&running, 3).await;
    running.wait(SECOND).await;
    assert_eq!(running.broker.group_sizes(), [1, 1, 3]);
    let later = register(&running, 2).await;
    running.wait(2 * SECOND).await;
    for _ in 0..=FEW_MESSAGES {
        running.settle(ConfirmOutcome::Acked).await;
    }
    assert_eq!(answers(together), [Some(Ok(())); 3]);
    running.settle(ConfirmOutcome::Acked).await;
    assert_eq!(answers(later), [Some(Ok(())); 2]);
}

#[tokio::test(start_paused = true)]
async fn without_a_confirm_and_with_a_full_window_what_gathered_is_refused_in_time() {
    let running = start_with(FakeBroker::default(), FEW_MESSAGES, 1_000).await;
    let sent = register(&running, FEW_MESSAGES).await;
    let gathered = register(&running, 3).await;
    running.wait(SECOND).await;
    assert_eq!(answers(gathered), [Some(Err(PublishError::Saturated)); 3]);
    running.wait(5 * SECOND).await;
    assert_eq!(answers(sent), [Some(Err(PublishError::Unknown)); FEW_MESSAGES]);
}

#[tokio::test(start_paused = true)]
async fn a_caller_that_hangs_up_while_gathering_is_not_sent() {
    let running = start_with(FakeBroker::default(), 1_000, 1_000).await;
    let _alone = register(&running, FEW_MESSAGES).await;
    let gathered = register(&running, 3).await;
    gathered[1].abort();
    running.settle(ConfirmOutcome::Acked).await;
    assert_eq!(running.broker.group_sizes(), [1, 2]);
}

#[tokio::test(start_paused = true)]
async fn a_tracestate_travels_with_its_registration_alone() {
    let running = start_with(FakeBroker::default(), 1_000, 1_000).await;
    let _alone = register(&running, FEW_MESSAGES).await;
    let mut headers = traceparent_of('a', "01");
    headers.insert("tracestate".to_owned(), "a=b".to_owned());
    let span = span_in(&extract(&headers));
    let (publisher, one) = (running.publisher.clone(), registration(9, span));
    let _with_state = tokio::spawn(async move { publisher.register(one).await });
    running.settle_down().await;
    let _plain = register(&running, 2).await;
    running.settle(ConfirmOutcome::Acked).await;
    assert_eq!(running.broker.group_sizes(), [1, 1, 2]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    /// Whatever comes in whatever order, each caller is answered once, with the outcome of the
    /// message that its registration travelled in.
    #[test]
    fn each_caller_has_the_outcome_of_its_own_message(
        steps in prop::collection::vec((0_usize..12, prop::option::of(any::<bool>())), 1..30),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_time().start_paused(true).build().unwrap();
        runtime.block_on(async {
            let running = start_with(FakeBroker::default(), 100, 1_000).await;
            let (mut callers, mut expected) = (Vec::new(), Vec::new());
            let mut settle = async |acked: bool| {
                let Some(size) = running.broker.group_sizes().first().copied() else { return false };
                let outcome = if acked { ConfirmOutcome::Acked } else { ConfirmOutcome::Nacked };
                running.settle(outcome).await;
                let result = if acked { Ok(()) } else { Err(PublishError::Refused) };
                expected.extend(std::iter::repeat_n(result, size));
                true
            };
            for (count, outcome) in steps {
                callers.extend(register(&running, count).await);
                if let Some(acked) = outcome {
                    settle(acked).await;
                }
            }
            while settle(true).await {}
            let mut answered = Vec::new();
            for caller in callers {
                answered.push(caller.await.unwrap());
            }
            assert_eq!(answered, expected);
        });
    }
}
