//! One file for each route of `router/mod.rs`, and what those share that answer with events.

mod event_stream;
pub mod events;
pub mod imports;
pub mod limits;
pub mod livez;
pub mod not_found;
pub mod readyz;
pub mod register;
pub mod registration;
pub mod root;

use serde::Serialize;
use utoipa::ToSchema;

/// An answer that has nothing to say but that all is well.
#[derive(Debug, Serialize, ToSchema)]
pub struct Health {
    /// One word.
    #[schema(example = "ok")]
    pub status: &'static str,
    /// The same as a sentence.
    pub message: &'static str,
}
