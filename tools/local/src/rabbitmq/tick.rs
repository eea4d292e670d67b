//! How old the counts of a queue are.

use std::time::Duration;

use super::RabbitMq;
use crate::StackError;

impl RabbitMq {
    /// How often a quorum queue that is declared from now on reports its counts to metrics. Without this
    /// it does so every five seconds.
    pub fn set_queue_tick(&self, tick: Duration) -> Result<(), StackError> {
        let milliseconds = tick.as_millis();
        let set = format!("application:set_env(rabbit, quorum_tick_interval, {milliseconds}).");
        self.control(&["eval", &set]).map(drop)
    }
}
