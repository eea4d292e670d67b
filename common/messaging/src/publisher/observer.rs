use std::time::Duration;

use registrar_domain::Lane;
use registrar_telemetry::propagation::TraceId;

use super::error::PublishError;

/// What the publisher reports to be counted. Called from its tasks: must not block.
pub trait PublisherObserver: Send + Sync + 'static {
    /// A registration was answered for; `Ok` is confirmed.
    fn published(&self, _lane: Lane, _result: Result<(), PublishError>) {}
    /// For each registration, the time from sending its message to the broker's confirm; and the trace that the caller who
    /// waits for it is in, when that is recorded.
    fn confirmed_after(&self, _time: Duration, _trace: Option<TraceId>) {}
    /// So many more (or fewer) registrations and reports are sent and not settled yet, over all connections.
    fn window_changed(&self, _by: i64) {}
    /// The broker knew no queue for a message: an operator must look at once.
    fn returned(&self) {}
}

impl PublisherObserver for () {}
