//! Processes that never outlive the one that started them.

mod child;
mod claim;
mod command;
mod keeper;
mod log;
mod ports;
mod progress;
mod wait;

pub use child::Managed;
pub use claim::Claim;
pub use command::output_within;
pub use keeper::Keeper;
use log::tail;
pub use ports::require_free;
pub(crate) use ports::{Port, is_listening};
pub use wait::poll_until;
