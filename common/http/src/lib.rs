//! HTTP header fields: lists, quoted values and weights (RFC 9110), and what they negotiate.

pub mod field_value;
pub mod negotiation;
