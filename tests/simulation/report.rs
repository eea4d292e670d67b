//! The report of a failing seed.

use super::installation::Assembly;
use super::plan::Plan;
use super::run::run;
use super::shrink::shrink;
use super::violation::Rule;

/// Names the seed to repeat.
pub(crate) const SEED: &str = "SIMULATION_SEED";

/// The rules that this seed's run breaks.
pub(crate) fn broken_rules<A: Assembly>(seed: u64) -> Vec<Rule> {
    run::<A>(&Plan::from_seed(seed), false).violations.iter().map(|one| one.rule).collect()
}

/// Fails with the history of the seed, made smaller, and the command to repeat it.
pub(crate) fn must_hold<A: Assembly>(seed: u64) {
    if let Some(rule) = broken_rules::<A>(seed).first() {
        let plan = shrink::<A>(Plan::from_seed(seed), *rule);
        panic!(
            "seed {seed} breaks a rule.\n\n{}\nRepeat it with:\n  {SEED}={seed} cargo test -p \
             registrar-tests --test simulation the_seed_holds -- --nocapture\n",
            story::<A>(&plan)
        );
    }
}

/// A plan, and what becomes of it.
pub(crate) fn story<A: Assembly>(plan: &Plan) -> String {
    format!("{plan}\n{}\n", run::<A>(plan, true).history.join("\n"))
}
