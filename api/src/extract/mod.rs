//! What handlers take out of requests.

mod genuine_reference;

pub use self::genuine_reference::GenuineReference;
