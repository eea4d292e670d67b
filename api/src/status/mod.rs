//! What became of a registration, read so that cost grows with outcomes and not with watchers.

mod body;
mod caching;
mod finality;
mod finals;
mod lookups;
mod wait_estimate;

pub use body::{Known, StatusBody};
pub use caching::{CacheRule, conditional, conditional_bytes};
pub use lookups::Lookups;
pub use wait_estimate::WaitEstimate;
