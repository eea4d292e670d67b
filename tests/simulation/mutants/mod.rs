//! Bugs that pipelines like this one have had, each a mutant around a double. A
//! simulation that does not catch them proves nothing.

mod ack_before_commit;
mod ack_of_all;
mod ack_of_taken;
mod cancellation_forgotten;
mod cancellation_hurried;
mod carry_over_forgotten;
mod dead_letter_of_the_decided;
mod deliveries;
mod groups;
mod id_of_key_alone;
mod import_hurried;
mod import_of_deliveries;
mod import_of_fresh_rows;
mod import_of_valid_rows;
mod leaked_transaction;
mod ledger_hurried;
mod split_hurried;
mod stores;
mod swapped_confirms;
mod upsert_as_proof;

use super::installation::{Assembly, Sound};
use super::plan::Plan;
use super::report::{broken_rules, story};
use super::run::run;
use super::shrink::shrink;
use super::violation::Rule;

/// So many seeds take a few seconds, and each mutant must be caught by one of them; most by the first.
const SEEDS: u64 = 2_000;

/// The simulation catches the mutant by this rule, and shrinks it to a small plan.
fn is_caught<A: Assembly>(by: Rule) {
    is_caught_in::<A>(Plan::from_seed, 3, by);
}

/// The same for what happens only where registrations travel in groups.
fn is_caught_in_a_burst<A: Assembly>(by: Rule) {
    is_caught_in::<A>(Plan::burst_from_seed, 8, by);
}

/// The same for what happens seldom but where imports are cancelled.
fn is_caught_in_imports<A: Assembly>(by: Rule) {
    is_caught_in::<A>(Plan::imports_from_seed, 3, by);
}

fn is_caught_in<A: Assembly>(plan: fn(u64) -> Plan, most_submissions: usize, by: Rule) {
    let catching = (0..SEEDS).filter(|seed| broken_rules::<A>(&plan(*seed)).contains(&by));
    let mut shrunk = catching.map(|seed| (seed, shrink::<A>(plan(seed), by)));
    let (seed, smallest) = shrunk
        .find(|(_, plan)| is_small(plan, most_submissions))
        .unwrap_or_else(|| panic!("not caught, or not made small, in {SEEDS} seeds"));
    assert!(run::<Sound>(&smallest, false).violations.is_empty(), "the bug is not what is caught");
    println!("caught by seed {seed}: {by:?}\n{}", story::<A>(&smallest));
}

fn is_small(plan: &Plan, most_submissions: usize) -> bool {
    let submissions: usize = plan.clients.iter().map(Vec::len).sum();
    submissions <= most_submissions && plan.faults.len() <= 3
}
