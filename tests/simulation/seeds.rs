//! Thousands of seeds, and those that an environment variable asks for.

use std::env;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread::{available_parallelism, scope};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use super::installation::Sound;
use super::plan::Plan;
use super::report::{SEED, broken_rules, must_hold, story};
use super::run::run;

/// How long a soak takes.
const MINUTES: &str = "SOAK_MINUTES";
const SEEDS_OF_THE_GATE: u64 = 2_000;
/// Each takes as long as some of the others.
const BURSTS_OF_THE_GATE: u64 = 300;

/// Runs one seed after the other, on every core, while the condition holds, until one fails.
fn seeds_hold(plan: fn(u64) -> Plan, first: u64, goes_on: impl Fn(u64) -> bool + Sync) -> u64 {
    let (next, has_failed) = (AtomicU64::new(first), AtomicBool::new(false));
    scope(|threads| {
        for _ in 0..available_parallelism().map_or(1, usize::from) {
            threads.spawn(|| {
                loop {
                    let seed = next.fetch_add(1, Ordering::Relaxed);
                    if has_failed.load(Ordering::Relaxed) || !goes_on(seed) {
                        return;
                    }
                    let plan = plan(seed);
                    if !broken_rules::<Sound>(&plan).is_empty() {
                        has_failed.store(true, Ordering::Relaxed);
                        must_hold::<Sound>(&plan);
                    }
                }
            });
        }
    });
    next.into_inner() - first
}

#[test]
fn nothing_is_lost_or_doubled_in_thousands_of_seeds() {
    seeds_hold(Plan::from_seed, 0, |seed| seed < SEEDS_OF_THE_GATE);
}

#[test]
fn nothing_is_lost_or_doubled_in_hundreds_of_bursts() {
    seeds_hold(Plan::burst_from_seed, 0, |seed| seed < BURSTS_OF_THE_GATE);
}

/// Otherwise the bursts prove nothing.
#[test]
fn bursts_travel_in_groups_some_of_which_are_split() {
    let history: Vec<String> =
        (0..30).flat_map(|seed| run::<Sound>(&Plan::burst_from_seed(seed), true).history).collect();
    let sends = |process: &str, group: bool| {
        let sends = format!("{process}: sends ");
        let is_one = |line: &&String| line.contains(&sends) && line.contains(", ") == group;
        history.iter().any(|line| is_one(&line))
    };
    assert!(sends("api", true) && sends("api", false), "groups and single registrations");
    assert!(sends("worker 0", false) && !sends("worker 0", true), "split, never into groups");
    for what in ["crashes over a row", "dead-letters"] {
        assert!(history.iter().any(|line| line.contains(what)), "{what} never happens");
    }
}

#[test]
fn one_seed_has_one_history() {
    let plans = (0..50).map(Plan::from_seed).chain((0..5).map(Plan::burst_from_seed));
    for (seed, plan) in plans.enumerate() {
        let (once, again) = (run::<Sound>(&plan, true), run::<Sound>(&plan, true));
        assert!(once.history.len() > 10);
        assert_eq!(once.history, again.history, "seed {seed}");
    }
}

/// Otherwise the others prove nothing.
#[test]
fn everything_that_can_go_wrong_does_and_every_outcome_comes_about() {
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
    let events = [
        "rejects",
        "holds",
        "cancels an import",
        "waits for locks",
        "Refused",
        "Delayed",
        "broker: dead-letters",
    ];
    let faults = faults.map(|fault| format!("FAULT {fault}"));
    let mut missing: Vec<_> =
        faults.iter().map(String::as_str).chain(answers).chain(events).collect();
    for seed in 0..400 {
        let history = run::<Sound>(&Plan::from_seed(seed), true).history;
        missing.retain(|what| !history.iter().any(|line| line.contains(what)));
        if missing.is_empty() {
            return;
        }
    }
    panic!("{missing:?} never happen");
}

#[test]
fn the_seed_holds() {
    let seed = env::var(SEED).map_or(0, |seed| seed.parse().expect("a seed is a number"));
    println!("{}", story::<Sound>(&Plan::from_seed(seed)));
    must_hold::<Sound>(&Plan::from_seed(seed));
}

#[test]
fn the_burst_holds() {
    let seed = env::var(SEED).map_or(0, |seed| seed.parse().expect("a seed is a number"));
    println!("{}", story::<Sound>(&Plan::burst_from_seed(seed)));
    must_hold::<Sound>(&Plan::burst_from_seed(seed));
}

#[test]
#[ignore = "takes as long as one wants: make soak"]
fn a_soak_loses_and_doubles_nothing() {
    let minutes = env::var(MINUTES).map_or(1, |text| text.parse().expect("minutes are a number"));
    let until = Instant::now() + Duration::from_mins(minutes);
    // Others than in the gate, and than last time.
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    let first = u64::try_from(now.as_micros()).unwrap();
    let any = |seed: u64| {
        if seed.is_multiple_of(8) { Plan::burst_from_seed(seed) } else { Plan::from_seed(seed) }
    };
    let seeds = seeds_hold(any, first, |_| Instant::now() < until);
    println!("{seeds} seeds held, from {first} on");
}
