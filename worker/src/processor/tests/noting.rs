//! What is noted in the ledger.

use super::*;

/// Gives these deliveries the numbers 11, 12, 13 ….
pub(super) fn numbered(
    mut deliveries: VecDeque<Delivery>,
    producer: ProducerId,
) -> VecDeque<Delivery> {
    for (number, delivery) in (11..).zip(&mut deliveries) {
        delivery.numbers = Some(SequenceRange { producer, first: number, last: number });
    }
    deliveries
}

fn recorded(run: &Run) -> Vec<(String, String)> {
    let recorded = run.store.recorded.lock().unwrap();
    let text = |(key, state): (&SequenceKey, &SequenceState)| {
        (format!("{} {}", key.producer, key.lane), state.settled.to_string())
    };
    recorded.iter().map(text).collect()
}

#[tokio::test(start_paused = true)]
async fn what_is_settled_is_noted_in_the_ledger_dead_letters_too() {
    let producer = ProducerId::generate();
    let mut deliveries = numbered(deliveries(8), producer);
    deliveries[2].body = b"not an envelope".to_vec();
    deliveries[5].numbers = None;
    let run = run_until_tag(8, deliveries, Script::default()).await;
    let expected = (format!("{producer} interactive"), "11-15,17-18".to_owned());
    assert_eq!(recorded(&run), [expected], "the sixth has no number");
}

#[tokio::test(start_paused = true)]
async fn what_several_batches_settled_is_one_note_and_one_ack() {
    let deliveries = numbered(deliveries(8), ProducerId::generate());
    let run = run_until_tag(8, deliveries, Script::default()).await;
    assert_eq!(run.batch_sizes(), [4, 4]);
    assert_eq!((run.acked.as_slice(), run.known_when_acked.as_slice()), (&[8][..], &[8][..]));
    assert_eq!(*run.store.records.lock().unwrap(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_stop_acks_what_is_stored() {
    let stop = CancellationToken::new();
    let script = Script { stop_while_storing: Some(stop.clone()), ..Script::default() };
    let deliveries = numbered(deliveries(8), ProducerId::generate());
    let run = run_until(Channel::from(deliveries), script, stop).await;
    assert!(matches!(run.end, ProcessorEnd::Stopped));
    assert_eq!((run.acked.as_slice(), run.known_when_acked.as_slice()), (&[4][..], &[4][..]));
}

#[tokio::test(start_paused = true)]
async fn nothing_is_acked_before_a_ledger_that_fails_a_few_times_has_taken_it() {
    let deliveries = numbered(deliveries(8), ProducerId::generate());
    let script = Script { record_fails: Mutex::new(3), ..Script::default() };
    let run = run_until_tag(8, deliveries, script).await;
    assert_eq!(run.batch_sizes(), [4, 4], "what is stored is not stored again for the ledger");
    assert_eq!((run.acked.as_slice(), run.known_when_acked.as_slice()), (&[8][..], &[8][..]));
}

#[tokio::test(start_paused = true)]
async fn what_a_broken_ledger_does_not_take_in_time_is_acked_and_written_later() {
    let producer = ProducerId::generate();
    let deliveries = numbered(deliveries(12), producer);
    let until = Instant::now() + Duration::from_millis(4_500);
    let script = Script { record_fails_until: Some(until), ..Script::default() };
    let run = run_until_tag(12, deliveries, script).await;
    assert_eq!(run.batch_sizes(), [4, 4, 4]);
    assert!(run.known_when_acked.iter().all(|known| *known == 0), "{:?}", run.known_when_acked);
    assert!(run.took < Duration::from_millis(4_500), "acks go ahead: {:?}", run.took);
    let expected = (format!("{producer} interactive"), "11-22".to_owned());
    assert_eq!(recorded(&run), [expected], "once the ledger takes it");
}

#[tokio::test(start_paused = true)]
async fn without_mysql_nothing_is_acked_ahead_of_the_ledger() {
    let deliveries = numbered(deliveries(4), ProducerId::generate());
    let script =
        Script { record_fails: Mutex::new(usize::MAX), probe_fails: true, ..Script::default() };
    let channel = Channel { deliveries, goes_silent: true, ..Channel::default() };
    let run = run(channel, script).await;
    assert!(run.acked.is_empty());
    assert!(matches!(run.end, Interrupted(Unavailable::StoreAway(_))), "{:?}", run.end);
}
