//! The report of a failing seed.

use super::installation::Assembly;
use super::plan::Plan;
use super::run::run;
use super::shrink::shrink;
use super::violation::Rule;

/// Names the seed to repeat.
pub(crate) const SEED: &str = "SIMULATION_SEED";

/// The rules that a run breaks.
pub(crate) fn broken_rules<A: Assembly>(plan: &Plan) -> Vec<Rule> {
    run::<A>(plan, false).violations.iter().map(|one| one.rule).collect()
}

/// Fails with the history of the seed, made smaller, and the command to repeat it.
pub(crate) fn must_hold<A: Assembly>(plan: &Plan) {
    if let Some(rule) = broken_rules::<A>(plan).first() {
        let (seed, test) = (plan.schedule, if plan.is_burst { "burst" } else { "seed" });
        let plan = shrink::<A>(plan.clone(), *rule);
        panic!(
            "seed {seed} breaks a rule.\n\n{}\nRepeat it with:\n  {SEED}={seed} cargo test -p \
             registrar-tests --test simulation the_{test}_holds -- --nocapture\n",
            story::<A>(&plan)
        );
    }
}

/// A plan, and what becomes of it.
pub(crate) fn story<A: Assembly>(plan: &Plan) -> String {
    format!("{plan}\n{}\n", run::<A>(plan, true).history.join("\n"))
}
