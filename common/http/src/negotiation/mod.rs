//! What a client would rather have, by the ranges and weights that it lists (RFC 9110, 12.5).
//!
//! Written here: the packages for it are old, or bring every media type there is.

mod weights;
mod welcome;

pub use weights::{Weighted, weighted};
pub use welcome::{MediaType, Welcome};
