//! Whether somebody consumes what waits.

use registrar_common::domain::Lane;
use registrar_common::messaging::{DEAD_LETTER, UNROUTED, queue_of};
use registrar_common::storage::{LanePause, LanePauses, Pool};

use super::finding::{Finding, Problem};
use crate::broker::{BrokerError, Management, Queue};

const CHECK: &str = "workers";

pub(super) async fn examine(broker: &Management, pool: Option<&Pool>) -> Finding {
    let pauses = match pool {
        Some(pool) => LanePauses::new(pool.clone()).in_force().await.unwrap_or_default(),
        None => Vec::new(),
    };
    match problems(broker, &pauses) {
        Ok(problems) => {
            let mut well = vec!["Nothing waits without a worker.".to_owned()];
            well.extend(pauses.iter().map(told));
            Finding::of(CHECK, problems, well.join(" "))
        }
        Err(error) => Finding::unknown(CHECK, error),
    }
}

fn problems(broker: &Management, pauses: &[LanePause]) -> Result<Vec<Problem>, BrokerError> {
    let is_paused = |lane: Lane| pauses.iter().any(|pause| pause.lane == lane);
    let lanes = Lane::ALL.into_iter().filter(|lane| !is_paused(*lane)).map(queue_of);
    let mut problems = Vec::new();
    for name in lanes.chain([DEAD_LETTER, UNROUTED]) {
        let Some(queue) = Queue::read(broker, name)? else { continue };
        if queue.consumers == 0 && queue.messages_ready > 0 {
            problems.push(Problem::new(
                format!(
                    "{} messages wait in {name} and no worker consumes it.",
                    queue.messages_ready
                ),
                "Start a worker; if one runs, its /readyz says what it waits for.",
            ));
        }
    }
    Ok(problems)
}

fn told(pause: &LanePause) -> String {
    format!("The {} lane is paused by {} until {}.", pause.lane, pause.by, pause.until_text())
}
