use registrar_management::ManagementError;
use registrar_messaging::LiveCounts;
use serde::Deserialize;

use super::history::{Sample, oldest_age};
use super::{Age, VirtualHost};

/// How far back, and how exactly, the broker remembers how many messages came; in seconds.
const RECORDS: [(u32, u32); 2] = [(600, 5), (3_600, 60)];

/// A queue as the management API reports it; counts and rates may be five seconds old, and are zero
/// for as long after the queue was declared.
#[derive(Debug, Deserialize)]
pub(crate) struct Queue {
    #[serde(default)]
    pub(crate) messages_ready: u64,
    #[serde(default)]
    pub(crate) messages_unacknowledged: u64,
    #[serde(default)]
    pub(crate) consumers: u64,
    /// Absent until something happened in the queue.
    #[serde(default)]
    message_stats: Option<MessageStats>,
}

#[derive(Debug, Default, Deserialize)]
struct MessageStats {
    #[serde(default)]
    publish: i64,
    #[serde(default)]
    publish_details: Details,
    #[serde(default)]
    ack_details: Details,
}

#[derive(Debug, Default, Deserialize)]
struct Details {
    #[serde(default)]
    rate: f64,
    #[serde(default)]
    samples: Vec<Sample>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Rates {
    pub(crate) coming: f64,
    pub(crate) going: f64,
}

impl Queue {
    /// Replaces counts by what the queue's leader knows at this moment.
    pub(crate) fn update(&mut self, live: LiveCounts) {
        (self.messages_ready, self.consumers) = (live.ready, live.consumers);
    }

    pub(crate) fn waiting(&self) -> u64 {
        self.messages_ready + self.messages_unacknowledged
    }

    /// None until something happened in the queue.
    pub(crate) fn rates(&self) -> Option<Rates> {
        let stats = self.message_stats.as_ref()?;
        Some(Rates { coming: stats.publish_details.rate, going: stats.ack_details.rate })
    }

    fn oldest_age(&self) -> Age {
        let waiting = i64::try_from(self.waiting()).unwrap_or(i64::MAX);
        match &self.message_stats {
            Some(stats) => oldest_age(waiting, stats.publish, &stats.publish_details.samples),
            None => oldest_age(waiting, 0, &[]),
        }
    }
}

/// A queue, and how old its oldest message is: the short and exact record first.
pub(crate) fn with_oldest_age(
    host: &VirtualHost,
    name: &str,
) -> Result<Option<(Queue, Age)>, ManagementError> {
    let mut found = None;
    for (seconds, every) in RECORDS {
        let record = [("msg_rates_age", seconds), ("msg_rates_incr", every)];
        let Some(queue) = host.get::<Queue>("queues", &[name], &record)? else { return Ok(None) };
        let age = queue.oldest_age();
        found = Some((queue, age));
        if !matches!(age, Age::AtLeast(_)) {
            break;
        }
    }
    Ok(found)
}
