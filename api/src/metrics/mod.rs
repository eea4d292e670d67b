//! What the API counts and times.

pub mod http;
pub mod imports;
pub mod publisher;
