//! What the API counts and times.

pub mod http;
pub mod publisher;
