//! Whether what waits is consumed.

use registrar_domain::Lane;
use registrar_messaging::{
    ConnectError, DEAD_LETTER, MessagingSettings, UNROUTED, live_counts, queue_for,
};
use registrar_storage::{LanePause, LanePauses, Pool};

use super::finding::{Finding, Problem};

const CHECK: &str = "workers";

pub(super) async fn examine(messaging: &MessagingSettings, pool: Option<&Pool>) -> Finding {
    let pauses = match pool {
        Some(pool) => LanePauses::new(pool.clone()).in_force().await.unwrap_or_default(),
        None => Vec::new(),
    };
    match problems(messaging, &pauses).await {
        Ok(problems) => {
            let mut well = vec!["Nothing waits without a worker.".to_owned()];
            well.extend(pauses.iter().map(describe));
            Finding::from_problems(CHECK, problems, well.join(" "))
        }
        Err(error) => Finding::unknown(CHECK, error),
    }
}

/// Asks the queues themselves: what the management API says of consumers is some seconds old.
async fn problems(
    messaging: &MessagingSettings,
    pauses: &[LanePause],
) -> Result<Vec<Problem>, ConnectError> {
    let is_paused = |lane: Lane| pauses.iter().any(|pause| pause.lane == lane);
    let lanes = Lane::ALL.into_iter().filter(|lane| !is_paused(*lane)).map(queue_for);
    let names: Vec<_> = lanes.chain([DEAD_LETTER, UNROUTED]).collect();
    let mut problems = Vec::new();
    for (name, queue) in names.iter().zip(live_counts(messaging, &names).await?) {
        // A queue that is not there is a finding of the topology.
        let Some(queue) = queue else { continue };
        if queue.consumers == 0 && queue.ready > 0 {
            problems.push(Problem::new(
                format!("{} messages wait in {name} and no worker consumes it.", queue.ready),
                "Start a worker; if one runs, its /readyz says what it waits for.",
            ));
        }
    }
    Ok(problems)
}

fn describe(pause: &LanePause) -> String {
    format!("The {} lane is paused by {} until {}.", pause.lane, pause.by, pause.until_text())
}
