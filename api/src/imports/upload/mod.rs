//! An upload as it comes: what its head says, and the bytes of its file.

pub mod form;
pub mod head;
pub mod parameters;
pub mod receive;
pub mod rest;
pub mod source;
