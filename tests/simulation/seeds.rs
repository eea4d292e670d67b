//! Thousands of seeds, and those that an environment variable asks for.

use std::env;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread::{available_parallelism, scope};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use super::installation::Sound;
use super::plan::Plan;
use super::report::{SEED, must_hold, story};
use super::run::run;

/// How long a soak takes.
const MINUTES: &str = "SOAK_MINUTES";
const SEEDS_OF_THE_GATE: u64 = 2_000;

/// Runs one seed after the other, on every core, while the condition holds.
fn seeds_hold(first: u64, goes_on: impl Fn(u64) -> bool + Sync) -> u64 {
    let next = AtomicU64::new(first);
    scope(|threads| {
        for _ in 0..available_parallelism().map_or(1, usize::from) {
            threads.spawn(|| {
                loop {
                    let seed = next.fetch_add(1, Ordering::Relaxed);
                    if !goes_on(seed) {
                        return;
                    }
                    must_hold::<Sound>(seed);
                }
            });
        }
    });
    next.into_inner() - first
}

#[test]
fn nothing_is_lost_or_doubled_in_thousands_of_seeds() {
    seeds_hold(0, |seed| seed < SEEDS_OF_THE_GATE);
}

#[test]
fn one_seed_has_one_history() {
    for seed in 0..50 {
        let plan = Plan::from_seed(seed);
        let (once, again) = (run::<Sound>(&plan, true), run::<Sound>(&plan, true));
        assert!(once.history.len() > 10);
        assert_eq!(once.history, again.history, "seed {seed}");
    }
}

/// Otherwise the others prove nothing.
#[test]
fn everything_that_can_go_wrong_does_and_every_outcome_comes_about() {
    let history: String =
        (0..400).flat_map(|seed| run::<Sound>(&Plan::from_seed(seed), true).history).collect();
    let faults = [
        "Crash",
        "Stop",
        "CutPublishing",
        "CutConsuming",
        "RestartBroker",
        "BlockPublishing",
        "Nack",
        "Return",
        "Unroute",
        "LoseAck",
        "FailStatement",
        "LoseReply",
        "StopDatabase",
        "Pause",
        "LockRow",
    ];
    let answers = ["saturated", "unavailable", "refused", "unknown", "hung up"];
    let events = ["rejects", "holds", "Refused", "Delayed", "broker: dead-letters"];
    for what in faults.map(|fault| format!("FAULT {fault}")) {
        assert!(history.contains(&what), "{what} never happens");
    }
    for what in answers.iter().chain(&events) {
        assert!(history.contains(what), "{what} never happens");
    }
}

#[test]
fn the_seed_holds() {
    let seed = env::var(SEED).map_or(0, |seed| seed.parse().expect("a seed is a number"));
    println!("{}", story::<Sound>(&Plan::from_seed(seed)));
    must_hold::<Sound>(seed);
}

#[test]
#[ignore = "takes as long as one wants: make soak"]
fn a_soak_loses_and_doubles_nothing() {
    let minutes = env::var(MINUTES).map_or(1, |text| text.parse().expect("minutes are a number"));
    let until = Instant::now() + Duration::from_mins(minutes);
    // Others than in the gate, and than last time.
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    let first = u64::try_from(now.as_micros()).unwrap();
    let seeds = seeds_hold(first, |_| Instant::now() < until);
    println!("{seeds} seeds held, from {first} on");
}
