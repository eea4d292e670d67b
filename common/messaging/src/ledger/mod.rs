//! What the ledger needs of RabbitMQ: sequence numbers, confirm reports, and how deep queues are.

pub(crate) mod confirm_report;
pub(crate) mod live_counts;
pub(crate) mod queue_depth;
pub(crate) mod sequence;
pub(crate) mod sequence_range;
