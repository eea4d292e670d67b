//! The age of a lane's oldest, by what a worker takes, settles, requeues and sees.

use registrar_domain::{Registration, RegistrationId, Student};
use registrar_messaging::{Delivery, Envelope};
use time::Duration;
use time::macros::datetime;

use super::*;

const START: OffsetDateTime = datetime!(2026-01-02 03:00:00 UTC);

/// So many seconds after the start.
fn at(seconds: i64) -> OffsetDateTime {
    START + Duration::seconds(seconds)
}

/// Messages that were accepted at these seconds.
fn messages(accepted: &[i64]) -> Vec<Item> {
    let item = |(tag, seconds): (u64, &i64)| {
        let student = Student::parse("Ada", "Lovelace", "ada@example.com").unwrap();
        let id = RegistrationId::generate();
        let registration = Registration { accepted_at: at(*seconds), id, student, import: None };
        let delivery = Delivery { tag, ..Delivery::default() };
        let content = Ok(Envelope::from_registration(registration));
        Item { delivery, content, verdicts: Vec::new(), delay: None }
    };
    (1..).zip(accepted).map(item).collect()
}

fn lane() -> LaneWaiting {
    LaneWaiting::since(START)
}

fn consumed_lane() -> LaneWaiting {
    let lane = lane();
    lane.consuming(true);
    lane
}

fn channel(lane: &LaneWaiting) -> ChannelWaiting {
    ChannelWaiting::new(Some(lane.clone()))
}

fn count(lane: &LaneWaiting, seconds: i64, ready: u64, consumers: u64) {
    lane.begin_count(at(seconds)).end(LiveCounts { ready, consumers });
}

#[track_caller]
fn oldest(lane: &LaneWaiting, now: i64, expected: f64) {
    let age = lane.oldest_age(at(now));
    assert!((age - expected).abs() < 1e-6, "{age} is not {expected} at {now}");
}

#[test]
fn an_empty_lane_has_no_oldest() {
    let lane = lane();
    oldest(&lane, 100, 0.0);
    count(&lane, 100, 0, 0);
    oldest(&lane, 200, 0.0);
}

#[test]
fn the_oldest_in_hand_is_the_oldest_until_it_is_settled() {
    let lane = consumed_lane();
    let (one, other) = (channel(&lane), channel(&lane));
    one.gathered(&messages(&[10, 11]), None);
    other.gathered(&messages(&[12]), None);
    oldest(&lane, 20, 10.0);
    one.settled(None);
    oldest(&lane, 20, 8.0);
    other.settled(None);
    oldest(&lane, 20, 0.0);
}

#[test]
fn what_is_delayed_counts_while_others_pass() {
    let lane = consumed_lane();
    let channel = channel(&lane);
    channel.gathered(&messages(&[10, 11]), None);
    channel.settled(Some(at(10)));
    channel.gathered(&messages(&[30]), Some(at(10)));
    oldest(&lane, 40, 30.0);
    channel.settled(Some(at(10)));
    oldest(&lane, 40, 30.0);
    channel.settled(None);
    oldest(&lane, 40, 0.0);
}

#[test]
fn a_clock_that_is_ahead_of_ours_makes_no_negative_age() {
    let lane = consumed_lane();
    channel(&lane).gathered(&messages(&[50]), None);
    oldest(&lane, 40, 0.0);
}

#[test]
fn between_batches_of_a_backlog_the_oldest_is_about_the_last_that_was_taken() {
    let lane = consumed_lane();
    count(&lane, 50, 1_000, 1);
    let channel = channel(&lane);
    channel.gathered(&messages(&[10, 20]), None);
    channel.settled(None);
    oldest(&lane, 60, 40.0);
}

#[test]
fn what_went_back_ages_until_a_new_channel_gets_something() {
    let lane = consumed_lane();
    let (one, other) = (channel(&lane), channel(&lane));
    one.gathered(&messages(&[10]), None);
    other.gathered(&messages(&[12]), None);
    drop(one);
    // Another channel that still has a batch cannot have got it.
    other.gathered(&messages(&[13]), None);
    other.settled(None);
    drop(other);
    lane.consuming(false);
    count(&lane, 20, 5, 0);
    oldest(&lane, 100, 90.0);
    lane.consuming(true);
    let again = channel(&lane);
    oldest(&lane, 100, 90.0);
    again.gathered(&messages(&[12]), None);
    oldest(&lane, 100, 88.0);
}

#[test]
fn what_went_back_and_was_decided_by_others_is_forgotten() {
    for (ready, consumers) in [(0, 0), (7, 1)] {
        let lane = consumed_lane();
        channel(&lane).gathered(&messages(&[10]), None);
        lane.consuming(false);
        oldest(&lane, 100, 90.0);
        count(&lane, 100, ready, consumers);
        oldest(&lane, 100, 0.0);
        // Until no worker consumes: then nothing is older than the last count at others.
        count(&lane, 105, 7, 0);
        oldest(&lane, 130, 30.0);
    }
}

#[test]
fn what_comes_in_a_pause_is_as_old_as_the_last_count_that_saw_nothing() {
    let lane = consumed_lane();
    let channel = channel(&lane);
    channel.gathered(&messages(&[10]), None);
    channel.settled(None);
    count(&lane, 1_000, 0, 1);
    drop(channel);
    lane.consuming(false);
    count(&lane, 1_005, 0, 0);
    count(&lane, 1_010, 3, 0);
    oldest(&lane, 1_105, 100.0);
}

#[test]
fn what_a_backlog_leaves_in_a_pause_is_as_old_as_the_last_that_was_taken() {
    let lane = consumed_lane();
    let channel = channel(&lane);
    count(&lane, 50, 1_000, 1);
    channel.gathered(&messages(&[10, 20]), None);
    channel.settled(None);
    drop(channel);
    lane.consuming(false);
    oldest(&lane, 60, 40.0);
    count(&lane, 60, 990, 0);
    oldest(&lane, 90, 70.0);
}

#[test]
fn a_worker_that_starts_in_a_pause_counts_from_its_start() {
    let lane = lane();
    count(&lane, 3, 5, 0);
    oldest(&lane, 60, 60.0);
}

#[test]
fn a_count_that_something_came_between_says_nothing() {
    let lane = consumed_lane();
    let channel = channel(&lane);
    channel.gathered(&messages(&[10]), None);
    let count = lane.begin_count(at(20));
    drop(channel);
    count.end(LiveCounts { ready: 0, consumers: 0 });
    oldest(&lane, 30, 20.0);
}

#[test]
fn a_last_resort_has_no_lane_to_show_an_age_of() {
    let channel = ChannelWaiting::new(None);
    channel.gathered(&messages(&[10]), None);
    channel.settled(None);
}
