//! Bulk imports: a file is read, published in chunks, and answered with what was understood.

pub mod answer;
pub mod broken_off;
pub mod chunk;
pub mod dry_run;
pub mod history;
pub mod key_limits;
pub mod key_ring;
pub mod limits;
pub mod message;
pub mod outcome;
pub mod problems;
pub mod publishing;
pub mod reading;
pub mod seen_rows;
pub mod sentences;
pub mod service;
pub mod shown_errors;
pub mod upload;

pub use key_ring::KeyRing;
pub use limits::ImportLimits;
pub use outcome::{ImportEnd, Imported};
pub use service::Imports;
