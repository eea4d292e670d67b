//! The queues that this version declares, once RabbitMQ has reported on them.

use std::collections::BTreeMap;
use std::time::Duration;

use registrar_management::ManagementError;
use registrar_messaging::{Declaration, topology};
use serde::{Deserialize, Deserializer};
use serde_json::Value;
use tokio::time::{Instant, sleep};

use crate::broker::VirtualHost;

/// RabbitMQ reports on a queue every 5 s (`collect_statistics_interval`).
const REPORTED_WITHIN: Duration = Duration::from_secs(15);
const READ_EVERY: Duration = Duration::from_millis(250);

/// Those that are there, by their names.
pub(super) type Queues = BTreeMap<&'static str, Queue>;

/// Names and values, of a policy or of what a queue was declared with.
pub(super) type Definition = BTreeMap<String, Value>;

#[derive(Clone, Debug, Deserialize, PartialEq)]
pub(super) struct Queue {
    pub(super) durable: bool,
    pub(super) arguments: Definition,
    pub(super) policy: Option<String>,
    #[serde(default)]
    members: Vec<String>,
    #[serde(default)]
    online: Vec<String>,
    /// RabbitMQ's report, absent for some seconds after the queue was declared: until then its copies may
    /// be starting.
    #[serde(default, deserialize_with = "object_or_empty")]
    pub(super) effective_policy_definition: Option<Definition>,
}

impl Queue {
    pub(super) fn offline(&self) -> Vec<&str> {
        let members = self.members.iter().filter(|member| !self.online.contains(member));
        members.map(String::as_str).collect()
    }
}

/// Waits until RabbitMQ has reported on every queue, or has had the time to.
pub(super) async fn read(host: &VirtualHost) -> Result<Queues, ManagementError> {
    when_reported(|| {
        let mut queues = Queues::new();
        for declaration in topology() {
            let Declaration::Queue { name, .. } = declaration else { continue };
            queues.extend(host.get("queues", &[name], &[])?.map(|queue| (name, queue)));
        }
        Ok(queues)
    })
    .await
}

async fn when_reported<E>(mut read: impl FnMut() -> Result<Queues, E>) -> Result<Queues, E> {
    let give_up_at = Instant::now() + REPORTED_WITHIN;
    loop {
        let queues = read()?;
        let is_reported = queues.values().all(|it| it.effective_policy_definition.is_some());
        if is_reported || Instant::now() >= give_up_at {
            return Ok(queues);
        }
        sleep(READ_EVERY).await;
    }
}

/// Some versions write an empty object as an empty list.
fn object_or_empty<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<Definition>, D::Error> {
    Ok(Some(match Value::deserialize(deserializer)? {
        Value::Object(entries) => entries.into_iter().collect(),
        _ => Definition::new(),
    }))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn queues(queue: &Value) -> Queues {
        let mut all = json!({"durable": true, "arguments": {}});
        all.as_object_mut().unwrap().extend(queue.as_object().unwrap().clone());
        Queues::from([("q", serde_json::from_value(all).unwrap())])
    }

    #[tokio::test(start_paused = true)]
    async fn what_is_not_reported_yet_is_read_again() {
        for report in [json!({}), json!([])] {
            let reported = queues(&json!({"effective_policy_definition": report}));
            let mut readings = vec![reported.clone(), queues(&json!({})), queues(&json!({}))];
            let read = when_reported(|| Ok::<_, ()>(readings.pop().unwrap()));
            assert_eq!(read.await, Ok(reported));
        }
    }

    #[tokio::test(start_paused = true)]
    async fn what_is_never_reported_is_given_up_in_time() {
        let began = Instant::now();
        let unreported = queues(&json!({"members": ["a"], "online": []}));
        let read = when_reported(|| Ok::<_, ()>(unreported.clone())).await;
        assert_eq!(read, Ok(unreported));
        assert_eq!(began.elapsed(), REPORTED_WITHIN);
    }

    #[tokio::test(start_paused = true)]
    async fn an_error_is_not_waited_for() {
        let began = Instant::now();
        assert_eq!(when_reported(|| Err("away")).await, Err("away"));
        assert_eq!(began.elapsed(), Duration::ZERO);
    }
}
