//! Processor time that registrations take.

use std::process;
use std::time::Duration;

use registrar_tests::process::cpu;
use registrar_tests::worker::Worker;

use crate::stack::Stack;

/// Processes, and the processor time each has used so far.
#[derive(Debug)]
pub(crate) struct Meter(Vec<(&'static str, u32, Duration)>);

/// Processor seconds for a thousand registrations, by process.
pub(crate) type Costs = Vec<(&'static str, f64)>;

impl Meter {
    /// Begins to measure.
    pub(crate) fn start(stack: &Stack, worker: &Worker) -> Self {
        let processes = [
            ("api", stack.api.program.pid()),
            ("worker", worker.program.pid()),
            ("RabbitMQ", stack.servers.broker.pid()),
            ("database", stack.servers.database.pid()),
            ("generator", process::id()),
        ];
        Self(processes.into_iter().map(|(name, pid)| (name, pid, cpu(pid))).collect())
    }

    /// What so many registrations took since the start.
    #[expect(clippy::cast_precision_loss, reason = "no run has 2^52 registrations")]
    pub(crate) fn per_thousand(&self, registrations: usize) -> Costs {
        let thousands = registrations as f64 / 1_000.0;
        let cost = |&(name, pid, before): &(&'static str, u32, Duration)| {
            (name, cpu(pid).saturating_sub(before).as_secs_f64() / thousands)
        };
        self.0.iter().map(cost).collect()
    }
}
