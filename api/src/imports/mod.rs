//! Bulk imports: a file is read, published in chunks, and answered with what was understood.

pub mod answer;
pub mod chunk;
pub mod form;
pub mod key_limits;
pub mod key_ring;
pub mod limits;
pub mod message;
pub mod parameters;
pub mod problems;
pub mod reading;
pub mod receive;
pub mod service;
pub mod shown_errors;
pub mod upload;

pub use answer::{AcceptedImportBody, BrokenOffBody, FileBody, UnderstoodBody};
pub use form::import_form;
pub use key_limits::ImportPermit;
pub use key_ring::KeyRing;
pub use limits::ImportLimits;
pub use parameters::Parameters;
pub use receive::drop_rest;
pub use service::{Imported, Imports};
pub use upload::{Packing, expects_continue, read_head};
