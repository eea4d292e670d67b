//! What happens to a delivery that something in MySQL is in the way of.

use super::*;

/// So many deliveries, of which the registration of the second is delayed for so many attempts.
fn with_a_delay(count: u64, attempts: usize) -> (VecDeque<Delivery>, Script) {
    let deliveries = deliveries(count);
    let culprit = Envelope::decode(&deliveries[1].body).unwrap().registrations[0].id;
    let script = Script { delays: Mutex::new([(culprit, attempts)].into()), ..Script::default() };
    (deliveries, script)
}

async fn run_until_count(count: usize, deliveries: VecDeque<Delivery>, script: Script) -> Run {
    let channel = Channel::from(deliveries);
    run_until_acked(channel, script, move |acked| acked.len() == count).await
}

#[tokio::test(start_paused = true)]
async fn the_others_are_acked_and_stored_while_one_is_delayed() {
    let (deliveries, script) = with_a_delay(8, 1);
    let run = run_until_count(8, deliveries, script).await;
    assert_eq!(run.batch_sizes()[0], 4);
    assert_eq!(run.acked[..3], [1, 3, 4], "each by itself: an ack of all would take the second");
    assert_eq!(run.batch_sizes().iter().filter(|size| **size == 1).count(), 1, "tried alone");
    let mut acked = run.acked;
    acked.sort_unstable();
    assert_eq!(acked, [1, 2, 3, 4, 5, 6, 7, 8]);
}

#[tokio::test(start_paused = true)]
async fn what_is_delayed_for_long_while_others_pass_goes_on_hold() {
    let (deliveries, script) = with_a_delay(4, usize::MAX);
    let run = run_until_count(4, deliveries, script).await;
    let took = run.took.as_secs();
    assert!((300..345).contains(&took), "after the bound, at the next try: {took} s");
    let held = run.held();
    assert_eq!(held.len(), 1);
    assert_eq!(held[0].reason, HoldReason::RefusedByDatabase);
    assert_eq!(held[0].fingerprint, "scripted");
    assert_eq!(run.acked, [1, 3, 4, 2]);
}

#[tokio::test(start_paused = true)]
async fn what_is_delayed_for_long_with_no_other_to_compare_goes_back() {
    let deliveries = deliveries(1);
    let id = Envelope::decode(&deliveries[0].body).unwrap().registrations[0].id;
    let delays = Mutex::new([(id, usize::MAX)].into());
    let script = Script { delays, ..Script::default() };
    let channel = Channel { deliveries, goes_silent: true, ..Channel::default() };
    let run = run(channel, script).await;
    assert!(matches!(run.end, Interrupted(Unavailable::StoreAway(_))), "{:?}", run.end);
    assert!(run.acked.is_empty() && run.held().is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_message_with_a_delayed_row_is_settled_whole_or_not_at_all() {
    let chunk = Envelope { registrations: (0..3).map(|_| registration()).collect(), import: None };
    let culprit = chunk.registrations[1].id;
    let mut deliveries = deliveries(2);
    deliveries[0].body = chunk.encode();
    let script = Script {
        delays: Mutex::new([(culprit, usize::MAX)].into()),
        refuses: Some(chunk.registrations[2].id),
        ..Script::default()
    };
    let run = run_until_count(1, deliveries, script).await;
    assert_eq!(run.acked, [2]);
    assert!(run.held().is_empty(), "its refused row is held with it, not before");
}

#[tokio::test(start_paused = true)]
async fn the_neighbours_of_a_delayed_row_count_as_registered_and_not_as_unchanged() {
    let several =
        Envelope { registrations: (0..3).map(|_| registration()).collect(), import: None };
    let script = Script {
        delays: Mutex::new([(several.registrations[1].id, 1)].into()),
        ..Script::default()
    };
    let mut deliveries = deliveries(2);
    deliveries[0].body = several.encode();
    let run = run_until_count(2, deliveries, script).await;
    assert_eq!(run.batch_sizes(), [4, 3], "the message is tried again as a whole");
    let outcome = |outcome| {
        let labels = format!("code=\"\",lane=\"interactive\",outcome=\"{outcome}\"");
        run.counted(&format!("registration_outcomes_total{{{labels}}}"))
    };
    assert_eq!((outcome("registered"), outcome("unchanged")), (4, 0));
}
