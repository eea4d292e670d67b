//! The worker's part in the ledger: it records what it settles, takes in confirm reports, and
//! looks whether anything is unaccounted for.

mod auditor;
mod outage;
mod recorder;
mod report_consumer;

pub(crate) use auditor::Auditor;
pub(crate) use recorder::NOTED_WITHIN;
pub use recorder::{Recorder, Recording};
pub(crate) use report_consumer::ReportConsumer;
