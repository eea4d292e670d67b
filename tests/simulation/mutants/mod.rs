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
use super::report::broken_rules;
use super::shrink::shrink;
use super::violation::Rule;

/// So many seeds take a few seconds, and each mutant must be caught by one of them; most by the first.
const SEEDS: u64 = 2_000;

/// The simulation catches the mutant by this rule.
fn is_caught<A: Assembly>(by: Rule) {
    caught::<A>(Plan::from_seed, by);
}

/// The same for what happens only where registrations travel in groups.
fn is_caught_in_a_burst<A: Assembly>(by: Rule) {
    caught::<A>(Plan::burst_from_seed, by);
}

/// The same for what happens seldom but where imports are cancelled.
fn is_caught_in_imports<A: Assembly>(by: Rule) {
    caught::<A>(Plan::imports_from_seed, by);
}

/// The first plan that catches the mutant. Without it, nothing is wrong with the plan.
fn caught<A: Assembly>(plan: fn(u64) -> Plan, by: Rule) -> Plan {
    let mut plans = (0..SEEDS).map(plan);
    let plan = plans.find(|plan| broken_rules::<A>(plan).contains(&by));
    let plan = plan.unwrap_or_else(|| panic!("not caught in {SEEDS} seeds"));
    assert!(broken_rules::<Sound>(&plan).is_empty(), "the bug is not what is caught");
    println!("{by:?} is caught by this plan.\n{plan}");
    plan
}

/// What is reported of a seed that fails is a plan with few steps, which breaks the same rule.
fn is_made_small<A: Assembly>(plan: fn(u64) -> Plan, most_submissions: usize, by: Rule) {
    let small = shrink::<A>(caught::<A>(plan, by), by);
    let submissions: usize = small.clients.iter().map(Vec::len).sum();
    assert!(submissions <= most_submissions && small.faults.len() <= 3, "{small}");
    assert!(broken_rules::<A>(&small).contains(&by), "{small}");
    assert!(broken_rules::<Sound>(&small).is_empty(), "the bug is not what is caught");
}
