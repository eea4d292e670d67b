//! What became of a registration, read so that cost grows with outcomes and not with watchers.

mod caching;
mod final_outcomes;
mod lookups;
mod registration_status;
mod statuses;
mod wait_estimate;

pub use caching::{CacheRule, conditional, entity_tag, entity_tag_of_bytes};
pub use lookups::Lookups;
pub use registration_status::{RegistrationStatus, StatusBody};
pub use statuses::{Prospect, Statuses, status_url};
