//! How deliveries become batches.

use super::*;

#[tokio::test(start_paused = true)]
async fn batches_are_filled_in_order_and_each_is_acked_once() {
    let run = run(deliveries(9), Script::default()).await;
    // The channel goes while the third batch is gathered, and takes the ninth delivery with it.
    assert_eq!(run.batch_sizes(), [4, 4]);
    assert_eq!(run.acked, [4, 8]);
    assert!(matches!(run.end, Interrupted(Unavailable::ConnectionLost)));
}

#[tokio::test(start_paused = true)]
async fn a_message_with_more_rows_than_a_batch_is_a_batch_of_its_own() {
    let chunk = Envelope { registrations: (0..6).map(|_| registration()).collect(), import: None };
    let mut deliveries = deliveries(5);
    deliveries[1].body = chunk.encode();
    let run = run(deliveries, Script::default()).await;
    assert_eq!(run.batch_sizes(), [1, 6]);
    assert_eq!(run.acked, [1, 2]);
}

#[tokio::test(start_paused = true)]
async fn a_batch_of_the_bulk_lane_has_four_times_the_rows_and_waits_for_no_others() {
    let source = Some(Source::lane(Lane::Bulk));
    let channel = Channel { deliveries: deliveries(18), goes_silent: true, ..Channel::default() };
    let is_last = |acked: &[u64]| acked.last() == Some(&18);
    let run = run_until_acked(channel, Script { source, ..Script::default() }, is_last).await;
    assert_eq!(run.batch_sizes(), [16, 2]);
}

#[tokio::test(start_paused = true)]
async fn a_message_redelivered_three_times_is_not_taken_in_normal_mode() {
    let mut deliveries = deliveries(4);
    deliveries[2].delivery_count = 3;
    let run = run(deliveries, Script::default()).await;
    assert_eq!(run.batch_sizes(), [2, 1], "its neighbours are stored");
    assert_eq!(run.acked, [2, 4], "and it is not");
    assert!(matches!(run.end, ProcessorEnd::Change(Mode::Probing)));
}

#[tokio::test(start_paused = true)]
async fn before_a_change_of_mode_all_but_what_is_suspected_poison_is_settled() {
    let mut deliveries = deliveries(8);
    deliveries[1].delivery_count = 3;
    deliveries[6].delivery_count = 5;
    let channel = Channel { deliveries, goes_silent: true, ..Channel::default() };
    let run = run_until(channel, Script::default(), CancellationToken::new()).await;
    assert_eq!(run.batch_sizes(), [1, 4, 1]);
    assert_eq!(run.acked, [1, 3, 4, 5, 6, 8], "2 and 7 go back");
    assert!(matches!(run.end, ProcessorEnd::Change(Mode::Probing)));
}

#[tokio::test(start_paused = true)]
async fn a_processor_that_winds_down_settles_what_it_has_in_hand() {
    let channel = Channel { deliveries: deliveries(6), goes_silent: true, ..Channel::default() };
    let (wind_down, stop) = (CancellationToken::new(), CancellationToken::new());
    wind_down.cancel();
    let run = run_with(Mode::Normal, channel, Script::default(), &wind_down, &stop).await;
    assert_eq!(run.batch_sizes(), [4, 2]);
    assert_eq!(run.acked, [1, 2, 3, 4, 5, 6]);
    assert!(matches!(run.end, ProcessorEnd::Stopped));
}

#[tokio::test(start_paused = true)]
async fn when_probing_each_suspected_message_is_stored_alone_until_one_is_not() {
    let mut deliveries = deliveries(4);
    deliveries[0].delivery_count = 7;
    deliveries[1].delivery_count = 3;
    let channel = Channel::from(deliveries);
    let run = run_at(Mode::Probing, channel, Script::default(), CancellationToken::new()).await;
    assert_eq!(run.batch_sizes(), [1, 1, 1]);
    assert_eq!(run.acked, [1, 2, 3]);
    assert!(matches!(run.end, ProcessorEnd::Change(Mode::Normal)));
}
