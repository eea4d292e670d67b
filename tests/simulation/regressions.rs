//! Small plans that have broken a rule, each named after what it is about. A mutant
//! broke them, or one that was not.

use super::fault::Place::{Deliver, Publish, Reply};
use super::fault::What::{Crash, LoseReply, Nack, Return};
use super::fault::{Fault, Place, What};
use super::installation::Sound;
use super::plan::{Content, Plan, Submission, USUAL_DELIVERY_LIMIT};
use super::report::story;
use super::run::run;

/// Schedules that each plan is run with: what it is about must hold in all of them.
const SCHEDULES: u64 = 100;

fn submits(address: usize, key: usize) -> Vec<Submission> {
    let content = Content::Students(vec![address]);
    vec![Submission {
        content,
        key: Some(key),
        hangs_up_after: None,
        repeats: false,
        is_cancelled: false,
    }]
}

fn holds(clients: Vec<Vec<Submission>>, faults: &[(What, Place, u32)]) {
    let fault = |&(what, at, nth)| Fault { what, at, nth };
    let plan = Plan {
        schedule: 0,
        clients,
        workers: 1,
        connections: 1,
        faults: faults.iter().map(fault).collect(),
        delivery_limit: USUAL_DELIVERY_LIMIT,
        outlives: false,
        is_burst: false,
    };
    for schedule in 0..SCHEDULES {
        let plan = Plan { schedule, ..plan.clone() };
        assert!(run::<Sound>(&plan, false).violations.is_empty(), "{}", story::<Sound>(&plan));
    }
}

/// With two swapped confirms, the refused one of two requests was answered as accepted.
#[test]
fn a_nack_and_a_return_among_concurrent_requests_stay_with_their_own() {
    let faults = [(Return, Publish, 1), (Nack, Publish, 3), (Crash, Deliver, 1)];
    holds(vec![submits(0, 2), submits(0, 4)], &faults);
}

/// With an upsert that is taken as proof, the row of a statement that did nothing was missing.
#[test]
fn a_batch_that_is_tried_again_after_a_lost_reply_is_stored_whole() {
    let faults = [(LoseReply, Reply, 5), (LoseReply, Reply, 9)];
    holds(vec![submits(0, 1), submits(1, 2), submits(0, 3)], &faults);
}
