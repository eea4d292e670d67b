//! The worker's part in the ledger: it records what it settles, takes in confirm reports, and
//! looks whether anything is unaccounted for.

mod auditor;
mod outage;
mod recorder;
mod report_consumer;
mod settled_numbers;

pub(crate) use auditor::Auditor;
pub(crate) use recorder::NOTED_WITHIN;
pub use recorder::{Recorder, Recording};
pub(crate) use report_consumer::ReportConsumer;
pub(crate) use settled_numbers::settled_numbers;
