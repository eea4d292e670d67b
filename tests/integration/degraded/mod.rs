//! Servers that are absent, full or set up wrongly, and messages that cannot be decoded.

mod broken_messages;
mod broker_absent;
mod broker_full;
mod deploy_order;
mod mysql_absent;
mod poison_row;
mod rights_missing;
mod schema_missing;
mod topology_differs;
mod unrouted;

use registrar_tests::worker::Worker;

use crate::end_to_end::Home;

/// How many queues the worker says that it does not consume.
async fn paused(worker: &Worker) -> usize {
    worker.counted("registration_worker_paused").await
}
