//! What became of a registration, read so that cost grows with outcomes and not with watchers.

mod body;
mod caching;
mod finality;
mod finals;
mod lookups;
mod wait_estimate;

pub use body::{Known, StatusBody};
pub use caching::{CacheRule, EntityTag, conditional_bytes, conditional_json};
pub use lookups::Lookups;
pub use wait_estimate::WaitEstimate;
