//! Whether policies bound the queues, and none makes them lose messages.

use anyhow::Context as _;
use registrar_messaging::{ArgumentValue, Declaration, topology};
use serde::Deserialize;
use serde_json::Value;

use super::finding::{Problem, Verdict};
use super::queues::{Definition, Queue, Queues};

const NOT_REPORTED: &str =
    "RabbitMQ has not reported on a new queue yet: look again in some seconds.";
/// What installations start with; operators may tune the values.
const SHIPPED: &str = include_str!("../../../infra/rabbitmq/definitions.json");
const LOSE_MESSAGES: [&str; 2] = ["message-ttl", "expires"];
/// They throw away the oldest messages of a queue that does not refuse new ones instead.
const LOSE_WHEN_FULL: [&str; 2] = ["max-length", "max-length-bytes"];
const REFUSES_WHEN_FULL: (&str, ArgumentValue) =
    ("x-overflow", ArgumentValue::Text("reject-publish"));
const DELIVERY_LIMIT: &str = "delivery-limit";
/// What RabbitMQ 4 takes for no delivery limit.
const UNLIMITED: i64 = -1;

#[derive(Deserialize)]
struct Shipped {
    policies: Vec<Policy>,
}

#[derive(Debug, Deserialize)]
struct Policy {
    name: String,
    pattern: String,
    definition: Definition,
}

pub(super) fn examine(queues: &Queues, virtual_host: &str) -> anyhow::Result<Verdict> {
    let shipped: Shipped = serde_json::from_str(SHIPPED)?;
    let mut problems = Vec::new();
    for declaration in topology() {
        let Declaration::Queue { name, arguments } = declaration else { continue };
        // A queue that is not there is a finding of the topology.
        let Some(queue) = queues.get(name) else { continue };
        let Some(policy) = shipped.policies.iter().find(|policy| policy.covers(name)) else {
            continue;
        };
        let in_force = queue.effective_policy_definition.as_ref().context(NOT_REPORTED)?;
        let refuses = arguments.contains(&REFUSES_WHEN_FULL);
        problems.extend(queue_problems(name, queue, in_force, policy, refuses, virtual_host));
    }
    Ok(Verdict::from_problems(problems, "Every queue has its limits."))
}

fn queue_problems(
    name: &str,
    queue: &Queue,
    in_force: &Definition,
    shipped: &Policy,
    refuses_when_full: bool,
    virtual_host: &str,
) -> Vec<Problem> {
    let fix = match queue.policy.as_deref() {
        Some(policy) if policy != shipped.name => format!(
            "Only one policy holds for a queue, here `{policy}`: put it there, or remove that policy."
        ),
        _ => shipped.command(virtual_host),
    };
    let mut problems = Vec::new();
    for (key, value) in &shipped.definition {
        // What the queue was declared with no policy need say.
        let is_declared = queue.arguments.contains_key(&format!("x-{key}"));
        if !in_force.contains_key(key) && !is_declared {
            let what = format!("Queue {name}: no policy sets {key} (usually {value}).");
            problems.push(Problem::new(what, &fix));
        }
    }
    for (key, value) in in_force {
        let key = key.as_str();
        let loses_when_full = LOSE_WHEN_FULL.contains(&key) && !refuses_when_full;
        let gives_up_early = key == DELIVERY_LIMIT && !refuses_when_full && {
            let least = shipped.definition.get(key).and_then(Value::as_u64);
            value.as_i64() != Some(UNLIMITED) && value.as_u64() < least
        };
        if LOSE_MESSAGES.contains(&key) || loses_when_full || gives_up_early {
            problems.push(Problem::new(
                format!("Queue {name}: a policy sets {key} = {value}, by which messages are lost."),
                &fix,
            ));
        }
    }
    problems
}

impl Policy {
    /// Of the patterns, which are `^prefix(one|other)$`.
    fn covers(&self, queue: &str) -> bool {
        let pattern = self.pattern.replace('\\', "");
        let inside = pattern.trim_start_matches('^').trim_end_matches(['$', ')']);
        let Some((prefix, names)) = inside.split_once('(') else { return inside == queue };
        queue.strip_prefix(prefix).is_some_and(|rest| names.split('|').any(|name| name == rest))
    }

    fn command(&self, virtual_host: &str) -> String {
        let definition = Value::from_iter(self.definition.clone());
        format!(
            "rabbitmqctl set_policy -p '{virtual_host}' --priority 1 --apply-to queues {} '{}' '{definition}'",
            self.name, self.pattern
        )
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn shipped() -> Vec<Policy> {
        serde_json::from_str::<Shipped>(SHIPPED).unwrap().policies
    }

    fn described(name: &str, mut queue: Value, refuses_when_full: bool) -> Vec<Problem> {
        queue["durable"] = true.into();
        if queue["arguments"].is_null() {
            queue["arguments"] = json!({});
        }
        let shipped = shipped();
        let policy = shipped.iter().find(|policy| policy.covers(name)).unwrap();
        let queue: Queue = serde_json::from_value(queue).unwrap();
        let in_force = queue.effective_policy_definition.clone().unwrap();
        queue_problems(name, &queue, &in_force, policy, refuses_when_full, "/")
    }

    #[test]
    fn every_queue_is_covered_by_one_shipped_policy() {
        for declaration in topology() {
            let Declaration::Queue { name, .. } = declaration else { continue };
            let covering = shipped().iter().filter(|policy| policy.covers(name)).count();
            assert_eq!(covering, 1, "{name}");
        }
        assert!(!shipped().iter().any(|policy| policy.covers("registrations.other")));
    }

    #[test]
    fn a_lane_may_be_tuned_and_must_be_bounded() {
        let tuned = json!({"delivery-limit": 5, "max-length-bytes": 1, "unknown": true});
        let tuned = json!({"policy": "work-queues", "effective_policy_definition": tuned});
        assert_eq!(described("registrations.bulk", tuned, true), []);
        let without = json!({"policy": null, "effective_policy_definition": []});
        let problems = described("registrations.bulk", without, true);
        assert_eq!(problems.len(), 2, "{problems:?}");
        assert_eq!(
            problems[0].fix,
            "rabbitmqctl set_policy -p '/' --priority 1 --apply-to queues work-queues \
             '^registrations\\.(interactive|bulk)$' \
             '{\"delivery-limit\":20,\"max-length-bytes\":4294967296}'"
        );
    }

    #[test]
    fn a_last_resort_has_its_limit_as_argument_or_by_a_policy() {
        let name = "registrations.unrouted";
        let declared = json!({"x-delivery-limit": 1_000_000_000});
        let none = json!({"policy": null, "effective_policy_definition": {}});
        let mut queue = none.clone();
        assert_eq!(described(name, queue.clone(), false).len(), 1, "neither");
        queue["arguments"] = declared.clone();
        assert_eq!(described(name, queue, false), []);
        for (limit, problems) in [(20, 1), (1_000_000_000, 0), (-1, 0)] {
            let mut queue = none.clone();
            queue["arguments"] = declared.clone();
            queue["effective_policy_definition"] = json!({"delivery-limit": limit});
            assert_eq!(
                described(name, queue, false).len(),
                problems,
                "the smaller counts: {limit}"
            );
        }
    }

    #[test]
    fn what_makes_a_queue_lose_messages_is_wrong() {
        let losing = json!({"delivery-limit": 20, "max-length-bytes": 1, "message-ttl": 1000});
        let losing = json!({"policy": "mine", "effective_policy_definition": losing});
        let problems = described("registrations.dead-letter", losing, false);
        assert_eq!(problems.len(), 3, "{problems:?}");
        assert!(problems.iter().all(|problem| problem.fix.contains("`mine`")), "{problems:?}");
    }
}
