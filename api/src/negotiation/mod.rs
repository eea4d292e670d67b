//! What a client would rather have: pages or JSON, and in which language (RFC 9110, 12.5).
//!
//! Written here: the packages for it are old, or bring every media type there is.

mod language;
mod media;
mod weights;

pub use language::{LANGUAGE_PARAMETER, chosen_language, preferred_language};
pub use media::prefers_html;
