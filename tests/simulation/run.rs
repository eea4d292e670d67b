//! One run: a plan is executed, everything comes to rest, and the oracle checks.

use std::sync::Arc;
use std::time::Duration;

use tokio::runtime::Builder;
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;

use super::clients::submit_all;
use super::installation::{Assembly, keep_api, keep_worker, seed_jitter};
use super::oracle;
use super::plan::Plan;
use super::violation::{Rule, Violation};
use super::world::World;

/// Far longer than anything takes once nothing goes wrong any more. Simulated time costs nothing.
const TIMEOUT: Duration = Duration::from_mins(10);
const LOOK_EVERY: Duration = Duration::from_millis(100);

/// What happened.
pub(crate) struct Run {
    pub(crate) history: Vec<String>,
    pub(crate) violations: Vec<Violation>,
}

/// Executes a plan, and records its history if asked to.
pub(crate) fn run<A: Assembly>(plan: &Plan, is_recorded: bool) -> Run {
    seed_jitter(plan.schedule);
    let runtime = Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
    let (history, violations) = runtime.block_on(async {
        let world = World::new(plan, is_recorded);
        carry_out::<A>(&world).await;
        world.verdict()
    });
    Run { history, violations }
}

async fn carry_out<A: Assembly>(world: &Arc<World>) {
    let end = CancellationToken::new();
    let mut processes = JoinSet::new();
    processes.spawn(keep_api::<A>(Arc::clone(world), end.clone()));
    for number in 0..world.plan.workers {
        processes.spawn(keep_worker::<A>(Arc::clone(world), number, end.clone()));
    }
    let mut clients = JoinSet::new();
    for number in 0..world.plan.clients.len() {
        clients.spawn(submit_all::<A>(Arc::clone(world), number));
    }
    if timeout(TIMEOUT, clients.join_all()).await.is_err() {
        return world.is_violated(Rule::Stuck, "a client is never accepted".to_owned());
    }
    let at_rest = async {
        while !world.is_at_rest() {
            sleep(LOOK_EVERY).await;
        }
    };
    if timeout(TIMEOUT, at_rest).await.is_err() {
        return world.is_violated(Rule::Stuck, world.what_is_left());
    }
    end.cancel();
    world.stop_everything();
    if timeout(TIMEOUT, processes.join_all()).await.is_err() {
        return world.is_violated(Rule::Stuck, "a process does not stop".to_owned());
    }
    oracle::judge::<A>(world);
}
