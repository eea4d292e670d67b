//! The worker's part in the ledger: it notes what it settles, takes in what publishers state, and
//! looks whether anything is unaccounted for.

mod outage;
mod recorder;
mod settled;
mod statements;
mod watch;

pub use recorder::{Recorder, Recording};
pub(crate) use settled::settled_by;
pub(crate) use statements::StatementKeeper;
pub(crate) use watch::Watch;
