//! What happens when the store fails, and on a stop.

use super::*;

#[tokio::test(start_paused = true)]
async fn a_store_that_answers_for_too_few_acks_nothing() {
    let script = Script { forgets_one: true, ..Script::default() };
    let run = run(deliveries(4), script).await;
    assert!(matches!(run.end, Interrupted(Unavailable::StoreAway(_))));
    assert!(run.acked.is_empty());
}

#[tokio::test(start_paused = true)]
async fn nothing_is_acked_until_the_store_has_an_outcome_for_all_of_it() {
    let failures = [ErrorClass::Transient, ErrorClass::SlowTransient].into();
    let script = Script { failures: Mutex::new(failures), ..Script::default() };
    let run = run(deliveries(4), script).await;
    assert_eq!(run.batch_sizes(), [4, 4, 4], "two attempts failed");
    assert_eq!(run.acked, [4]);
}

#[tokio::test(start_paused = true)]
async fn deliveries_go_back_when_mysql_is_away_for_too_long() {
    let script = Script { fails_for_ever: Some(ErrorClass::Transient), ..Script::default() };
    let started = tokio::time::Instant::now();
    let run = run(deliveries(4), script).await;
    assert!(matches!(run.end, Interrupted(Unavailable::StoreAway(_))));
    assert!(run.acked.is_empty());
    let gave_back_after = started.elapsed();
    assert!((300..310).contains(&gave_back_after.as_secs()), "{gave_back_after:?}");
}

#[tokio::test(start_paused = true)]
async fn a_missing_table_stops_consuming_at_once() {
    let script = Script { fails_for_ever: Some(ErrorClass::System), ..Script::default() };
    let run = run(deliveries(4), script).await;
    assert!(matches!(run.end, Interrupted(Unavailable::Halted(_))));
    assert_eq!(run.batch_sizes(), [4]);
    assert!(run.acked.is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_stop_settles_the_batch_in_hand() {
    let stop = CancellationToken::new();
    let script = Script { stop_while_storing: Some(stop.clone()), ..Script::default() };
    let channel = Channel { deliveries: deliveries(8), ..Channel::default() };
    let run = run_until(channel, script, stop).await;
    assert!(matches!(run.end, ProcessorEnd::Stopped));
    assert_eq!(run.acked, [4], "the batch in hand, and no further one");
}

#[tokio::test(start_paused = true)]
async fn a_stop_between_attempts_requeues_the_batch() {
    let stop = CancellationToken::new();
    let script = Script {
        stop_while_storing: Some(stop.clone()),
        fails_for_ever: Some(ErrorClass::Transient),
        ..Script::default()
    };
    let channel = Channel { deliveries: deliveries(4), ..Channel::default() };
    let run = run_until(channel, script, stop).await;
    assert!(matches!(run.end, ProcessorEnd::Stopped));
    assert_eq!(run.batch_sizes(), [4]);
    assert!(run.acked.is_empty());
}
