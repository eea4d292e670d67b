use axum::http::request::Parts;
use registrar_domain::IdempotencyKey;

use crate::http::{IDEMPOTENCY_KEY, is_upload};

/// What happens when a client sends a request again that may have been carried out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RetrySafety {
    /// It only asks for something, or does the same however often it is sent.
    Safe,
    /// The same request with the same idempotency key leads to the same registration.
    Idempotent,
    /// The rows of a file that are registered stay as they are.
    Upload,
    /// It makes another registration, which is rejected if the first one registered the student.
    CreatesDuplicate,
}

impl RetrySafety {
    /// For a request with this head; a key in the body is not known yet.
    pub fn for_request(head: &Parts) -> Self {
        if is_upload(head) {
            Self::Upload
        } else if head.method.is_safe() || head.uri.path().starts_with("/imports/") {
            Self::Safe
        } else if head.headers.contains_key(IDEMPOTENCY_KEY) {
            Self::Idempotent
        } else {
            Self::CreatesDuplicate
        }
    }

    /// For a registration that came with this key or without one.
    pub fn for_registration(key: Option<&IdempotencyKey>) -> Self {
        if key.is_some() { Self::Idempotent } else { Self::CreatesDuplicate }
    }

    /// What to do, in words for the student.
    pub fn advice(self) -> &'static str {
        match self {
            Self::Safe => "Please try again in a moment.",
            Self::Idempotent => {
                "Please send the same registration again in a moment: you will not be registered \
                 twice."
            }
            Self::Upload => {
                "Upload the same file again in a moment: what is registered already stays as it is."
            }
            Self::CreatesDuplicate => {
                "Your registration may have arrived all the same. Please send it again in a \
                 moment: if it then turns out that this email address is already registered, the \
                 first one arrived and you do not need to do anything more."
            }
        }
    }
}
