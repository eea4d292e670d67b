//! Whether every node of RabbitMQ runs and takes messages.

use serde::Deserialize;
use serde_json::Value;

use super::finding::{Finding, Problem};
use crate::broker::Management;

const CHECK: &str = "RabbitMQ nodes";

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

pub(super) fn examine(broker: &Management) -> Finding {
    match broker.get::<Vec<Node>>("nodes") {
        Ok(nodes) => {
            let nodes = nodes.unwrap_or_default();
            let problems = nodes.iter().flat_map(problems_of).collect();
            let names: Vec<_> = nodes.iter().map(|node| node.name.as_str()).collect();
            Finding::from_problems(
                CHECK,
                problems,
                format!("{}: running, no alarm.", names.join(", ")),
            )
        }
        Err(error) => Finding::unknown(CHECK, error),
    }
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
}
