//! Whether exchanges, queues and bindings exist as this version declares them.

use std::collections::BTreeSet;

use registrar_messaging::{Argument, ArgumentValue, DELIVERY_LIMIT, Declaration, topology};
use serde::Deserialize;
use serde_json::Value;

use super::finding::{Problem, Verdict};
use super::queues::{Definition, Queue, Queues};
use crate::broker::VirtualHost;

const DECLARE: &str = "Start an API or a worker, which declares it when it connects.";
/// Definition that do what policies should: they cannot be changed, and the smaller of the two counts.
const MATTERS_OF_POLICY: [&str; 5] =
    ["x-delivery-limit", "x-max-length", "x-max-length-bytes", "x-message-ttl", "x-expires"];

#[derive(Debug, Deserialize)]
struct Exchange {
    #[serde(rename = "type")]
    kind: String,
    durable: bool,
    arguments: Definition,
}

#[derive(Debug, Deserialize)]
struct Binding {
    routing_key: String,
}

pub(super) fn examine(host: &VirtualHost, queues: &Queues) -> anyhow::Result<Verdict> {
    let declarations = topology();
    let mut problems = Vec::new();
    // Exchanges and queues that are not there, whose bindings are not reported besides.
    let mut missing = BTreeSet::new();
    for declaration in &declarations {
        let mut is_missing = |name, what| {
            missing.insert(name);
            vec![Problem::new(format!("There is no {what} {name}."), DECLARE)]
        };
        problems.extend(match declaration {
            Declaration::Exchange { name, kind, arguments } => {
                match host.get("exchanges", &[name], &[])? {
                    None => is_missing(name, "exchange"),
                    Some(found) => exchange_problems(name, kind, arguments, &found),
                }
            }
            Declaration::Queue { name, arguments } => match queues.get(name) {
                None => is_missing(name, "queue"),
                Some(found) => queue_problems(name, arguments, found),
            },
            Declaration::Binding { exchange, queue, .. }
                if missing.contains(exchange) || missing.contains(queue) =>
            {
                Vec::new()
            }
            Declaration::Binding { exchange, queue, key } => {
                let path = ["e", exchange, "q", queue];
                let bindings: Option<Vec<Binding>> = host.get("bindings", &path, &[])?;
                let is_there = bindings.iter().flatten().any(|binding| binding.routing_key == *key);
                let what = format!(
                    "The queue {queue} is not bound to the exchange {exchange} with the key \
                     `{key}`: what is sent there is put on hold."
                );
                (!is_there).then(|| Problem::new(what, DECLARE)).into_iter().collect()
            }
        });
    }
    let well = format!("{} exchanges, queues and bindings are as declared.", declarations.len());
    Ok(Verdict::from_problems(problems, well))
}

fn exchange_problems(
    name: &str,
    kind: &str,
    arguments: &[Argument],
    found: &Exchange,
) -> Vec<Problem> {
    let mut differences = differing(arguments, &found.arguments);
    if found.kind != kind {
        differences.push(format!("its type is {} and not {kind}", found.kind));
    }
    if !found.durable {
        differences.push("it is not durable".to_owned());
    }
    let fix = format!("Delete the exchange {name} and restart an API, which declares it anew.");
    differences.iter().map(|what| Problem::new(format!("Exchange {name}: {what}."), &fix)).collect()
}

fn queue_problems(name: &str, arguments: &[Argument], found: &Queue) -> Vec<Problem> {
    let mut differences = differing(arguments, &found.arguments);
    if !found.durable {
        differences.push("it is not durable".to_owned());
    }
    let of_policy = MATTERS_OF_POLICY.iter().filter(|name| !expects(arguments, name));
    for &argument in of_policy {
        if let Some(value) = found.arguments.get(argument) {
            differences.push(format!("it was declared with {argument} = {value}"));
        }
    }
    let fix = format!(
        "Let the workers empty it, delete the queue {name}, and restart an API, which declares it anew."
    );
    let mut problems: Vec<_> = differences
        .iter()
        .map(|what| Problem::new(format!("Queue {name}: {what}."), &fix))
        .collect();
    let offline = found.offline();
    if !offline.is_empty() {
        problems.push(Problem::new(
            format!("Queue {name}: its copies on {} are not online.", offline.join(", ")),
            "Start these nodes; without the majority of its copies a queue takes nothing.",
        ));
    }
    problems
}

fn differing(expected: &[Argument], found: &Definition) -> Vec<String> {
    let described = |(name, value): &Argument| match found.get(*name) {
        Some(there) if *there == json(*value) => None,
        Some(other) => Some(format!("{name} is {other} and not {value}")),
        // As an earlier version declared it: a policy does as well, which is looked at, too.
        None if *name == DELIVERY_LIMIT => None,
        None => Some(format!("it lacks {name} = {value}")),
    };
    expected.iter().filter_map(described).collect()
}

fn expects(expected: &[Argument], name: &str) -> bool {
    expected.iter().any(|(expected, _)| *expected == name)
}

fn json(value: ArgumentValue) -> Value {
    match value {
        ArgumentValue::Text(text) => text.into(),
        ArgumentValue::Number(number) => number.into(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const EXPECTED: [Argument; 2] = [
        ("x-queue-type", ArgumentValue::Text("quorum")),
        ("x-overflow", ArgumentValue::Text("reject-publish")),
    ];

    fn found(queue: Value) -> Vec<String> {
        let queue = serde_json::from_value(queue).unwrap();
        queue_problems("q", &EXPECTED, &queue).into_iter().map(|problem| problem.what).collect()
    }

    #[test]
    fn a_queue_as_declared_is_well() {
        let arguments =
            json!({"x-queue-type": "quorum", "x-overflow": "reject-publish", "x-other": 1});
        let queue =
            json!({"durable": true, "arguments": arguments, "members": ["a"], "online": ["a"]});
        assert_eq!(found(queue), Vec::<String>::new());
    }

    #[test]
    fn every_difference_of_a_queue_is_reported() {
        let arguments = json!({"x-queue-type": "classic", "x-message-ttl": 1000});
        let queue = json!({"durable": false, "arguments": arguments, "members": ["a", "b"], "online": ["a"]});
        assert_eq!(
            found(queue),
            [
                "Queue q: x-queue-type is \"classic\" and not \"quorum\".",
                "Queue q: it lacks x-overflow = \"reject-publish\".",
                "Queue q: it is not durable.",
                "Queue q: it was declared with x-message-ttl = 1000.",
                "Queue q: its copies on b are not online.",
            ]
        );
    }

    #[test]
    fn a_last_resort_has_the_limit_as_argument_or_is_left_to_the_policies() {
        let limit = [(DELIVERY_LIMIT, ArgumentValue::Number(1_000_000_000))];
        let described = |arguments: Value| {
            let queue = json!({"durable": true, "arguments": arguments});
            let problems = queue_problems("q", &limit, &serde_json::from_value(queue).unwrap());
            problems.into_iter().map(|problem| problem.what).collect::<Vec<_>>()
        };
        assert_eq!(described(json!({"x-delivery-limit": 1_000_000_000})), Vec::<String>::new());
        assert_eq!(described(json!({})), Vec::<String>::new());
        let low = "Queue q: x-delivery-limit is 5 and not 1000000000.";
        assert_eq!(described(json!({"x-delivery-limit": 5})), [low]);
    }

    #[test]
    fn an_exchange_of_another_type_or_without_its_alternate_is_reported() {
        let arguments = Definition::new();
        let exchange = Exchange { kind: "topic".to_owned(), durable: true, arguments };
        let problems = exchange_problems(
            "e",
            "direct",
            &[("alternate-exchange", ArgumentValue::Text("u"))],
            &exchange,
        );
        let described: Vec<_> = problems.iter().map(|problem| problem.what.as_str()).collect();
        assert_eq!(
            described,
            [
                "Exchange e: it lacks alternate-exchange = \"u\".",
                "Exchange e: its type is topic and not direct."
            ]
        );
    }
}
