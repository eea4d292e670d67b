//! Shrinks a failing plan while it still fails.

use super::installation::Assembly;
use super::plan::{Content, Plan, USUAL_DELIVERY_LIMIT};
use super::run::run;
use super::violation::Rule;

/// Enough to shrink to a handful of steps; a run takes milliseconds.
const MOST_RUNS: usize = 1_500;
/// With one thing less the same schedule is another one, and faults come too late: so each smaller
/// plan gets some schedules, each with its faults somewhat earlier too.
const SCHEDULES: u64 = 4;
const EARLIER: u32 = 3;

/// The smallest plan found that still breaks this rule. The same for the same plan.
pub(crate) fn shrink<A: Assembly>(plan: Plan, rule: Rule) -> Plan {
    let mut smallest = plan;
    let mut runs = 0;
    let mut breaks = |plan: &Plan| {
        runs += 1;
        runs <= MOST_RUNS && run::<A>(plan, false).violations.iter().any(|one| one.rule == rule)
    };
    loop {
        match smaller(&smallest).into_iter().flat_map(varied).find(&mut breaks) {
            Some(plan) => smallest = plan,
            None => return smallest,
        }
    }
}

fn varied(plan: Plan) -> impl Iterator<Item = Plan> {
    (0..SCHEDULES).flat_map(move |schedule| {
        let plan = plan.clone();
        (0..EARLIER).map(move |earlier| {
            let mut varied = Plan { schedule: plan.schedule + schedule, ..plan.clone() };
            for fault in &mut varied.faults {
                fault.nth = fault.nth.saturating_sub(earlier).max(1);
            }
            varied
        })
    })
}

/// The plan with one thing left out, the largest things first.
fn smaller(plan: &Plan) -> Vec<Plan> {
    let mut plans = Vec::new();
    let mut add = |change: &dyn Fn(&mut Plan)| {
        let mut changed = plan.clone();
        change(&mut changed);
        plans.push(changed);
    };
    // Most clients of a burst have no part in what it finds.
    let quarter = plan.clients.len() / 4;
    if quarter > 1 {
        for first in (0..=plan.clients.len() - quarter).step_by(quarter) {
            add(&|plan| drop(plan.clients.drain(first..first + quarter)));
        }
    }
    for client in 0..plan.clients.len() {
        add(&|plan| drop(plan.clients.remove(client)));
    }
    if plan.workers > 1 {
        add(&|plan| plan.workers -= 1);
    }
    if plan.connections > 1 {
        add(&|plan| plan.connections -= 1);
    }
    for fault in 0..plan.faults.len() {
        add(&|plan| _ = plan.faults.remove(fault));
    }
    if plan.outlives {
        add(&|plan| plan.outlives = false);
    }
    if plan.delivery_limit != USUAL_DELIVERY_LIMIT {
        add(&|plan| plan.delivery_limit = USUAL_DELIVERY_LIMIT);
    }
    for (client, submissions) in plan.clients.iter().enumerate() {
        for (position, submission) in submissions.iter().enumerate() {
            add(&|plan| drop(plan.clients[client].remove(position)));
            if submission.repeats {
                add(&|plan| plan.clients[client][position].repeats = false);
            }
            if submission.is_cancelled {
                add(&|plan| plan.clients[client][position].is_cancelled = false);
            }
            if submission.hangs_up_after.is_some() {
                add(&|plan| plan.clients[client][position].hangs_up_after = None);
            }
            if let Content::Students(addresses) = &submission.content
                && let [_, others @ ..] = addresses.as_slice()
                && !others.is_empty()
            {
                let content = Content::Students(others.to_vec());
                add(&|plan| plan.clients[client][position].content = content.clone());
            }
        }
    }
    plans
}
