//! Bulk imports: a file is read, published in chunks, and answered with what was understood.

pub mod chunk;
pub mod reading;
