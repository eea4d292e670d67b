//! Whether RabbitMQ takes what programs publish, and workers consume what waits.

use anyhow::Context as _;
use registrar_domain::Lane;
use registrar_management::Management;
use registrar_messaging::{
    ConnectError, DEAD_LETTER, MessagingSettings, UNROUTED, live_counts, queue_for, try_to_connect,
};
use registrar_storage::{LanePause, LanePauses, Pool};
use serde::Deserialize;
use serde_json::Value;

use super::finding::{Problem, Verdict};
use super::version::at_least;

const LEAST_VERSION: (u32, u32) = (3, 10);

#[derive(Deserialize)]
struct Overview {
    rabbitmq_version: String,
}

#[derive(Deserialize)]
struct Node {
    name: String,
    #[serde(default)]
    running: bool,
    #[serde(default)]
    mem_alarm: bool,
    #[serde(default)]
    disk_free_alarm: bool,
    #[serde(default)]
    partitions: Vec<Value>,
}

pub(super) async fn login(messaging: &MessagingSettings) -> anyhow::Result<Verdict> {
    match try_to_connect(messaging).await {
        Ok(()) => {
            let place = messaging.amqp_url.place();
            Ok(Verdict::well(format!("Programs can log in at {place}.")))
        }
        Err(error @ (ConnectError::Unreachable { .. } | ConnectError::TimedOut { .. })) => {
            anyhow::bail!("{error}.")
        }
        Err(error) => Ok(Verdict::wrong(
            format!("{error}."),
            "Correct AMQP_URL, or give the user its rights: rabbitmqctl set_permissions \
             -p VIRTUAL_HOST USER '.*' '.*' '.*'",
        )),
    }
}

pub(super) fn version(management: &Management) -> anyhow::Result<Verdict> {
    let overview: Option<Overview> = management.get(&["overview"], &[])?;
    let version = overview.context("RabbitMQ's management API has no overview.")?.rabbitmq_version;
    Ok(at_least("RabbitMQ", LEAST_VERSION, &version))
}

pub(super) fn nodes(management: &Management) -> anyhow::Result<Verdict> {
    let nodes: Vec<Node> = management.get(&["nodes"], &[])?.unwrap_or_default();
    let problems = nodes.iter().flat_map(problems_of).collect();
    let names: Vec<_> = nodes.iter().map(|node| node.name.as_str()).collect();
    Ok(Verdict::from_problems(problems, format!("{}: running, no alarm.", names.join(", "))))
}

fn problems_of(node: &Node) -> Vec<Problem> {
    let name = &node.name;
    if !node.running {
        return vec![Problem::new(
            format!("The node {name} does not run."),
            "Start it, or take it out: rabbitmqctl forget_cluster_node",
        )];
    }
    let mut problems = Vec::new();
    if node.mem_alarm {
        problems.push(Problem::new(
            format!("The node {name} is out of memory and takes no messages: POST answers 503."),
            "Give it more memory, or raise vm_memory_high_watermark; start more workers.",
        ));
    }
    if node.disk_free_alarm {
        problems.push(Problem::new(
            format!(
                "The disk of the node {name} is full and it takes no messages: POST answers 503."
            ),
            "Make room on its disk, or lower disk_free_limit.",
        ));
    }
    if !node.partitions.is_empty() {
        problems.push(Problem::new(
            format!("The node {name} was cut off from others of its cluster."),
            "Fix the network, then restart the nodes of the smaller side.",
        ));
    }
    problems
}

/// Asks the queues themselves: what the management API says of consumers is some seconds old.
pub(super) async fn workers(
    messaging: &MessagingSettings,
    pool: Option<&Pool>,
) -> anyhow::Result<Verdict> {
    let pauses = match pool {
        Some(pool) => LanePauses::new(pool.clone()).in_force().await.unwrap_or_default(),
        None => Vec::new(),
    };
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
    let mut well = vec!["Nothing waits without a worker.".to_owned()];
    well.extend(pauses.iter().map(describe));
    Ok(Verdict::from_problems(problems, well.join(" ")))
}

fn describe(pause: &LanePause) -> String {
    format!("The {} lane is paused by {} until {}.", pause.lane, pause.by, pause.until_text())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn problems(node: Value) -> usize {
        problems_of(&serde_json::from_value(node).unwrap()).len()
    }

    #[test]
    fn each_alarm_is_a_problem_and_of_a_stopped_node_only_that_it_is_stopped() {
        assert_eq!(problems(json!({"name": "a", "running": true})), 0);
        let alarmed = json!({"name": "a", "running": true, "mem_alarm": true, "disk_free_alarm": true, "partitions": ["b"]});
        assert_eq!(problems(alarmed), 3);
        assert_eq!(problems(json!({"name": "a", "running": false, "mem_alarm": true})), 1);
    }

    #[test]
    fn versions_are_compared_as_numbers() {
        for (version, is_well) in [("3.10.8", true), ("3.9.29", false), ("4.3.0-rc.1", true)] {
            let found = matches!(at_least("RabbitMQ", LEAST_VERSION, version), Verdict::Well(_));
            assert_eq!(found, is_well, "{version}");
        }
    }
}
