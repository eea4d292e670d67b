//! What became of a registration, read so that cost grows with outcomes and not with watchers.

mod caching;
mod final_outcomes;
mod lookups;
mod registration_status;
mod statuses;
mod wait_estimate;

pub use caching::{CacheRule, EntityTag, conditional_bytes, conditional_json};
pub use lookups::Lookups;
pub use registration_status::{RegistrationStatus, StatusBody};
pub use statuses::{Prospect, Statuses, status_url};
pub use wait_estimate::WaitEstimate;
