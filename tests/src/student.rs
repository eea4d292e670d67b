//! Students with addresses of their own.

use std::sync::atomic::{AtomicU64, Ordering};

use serde::Serialize;
use uuid::Uuid;

/// What a form holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Student {
    /// The first name.
    pub first_name: String,
    /// The last name.
    pub last_name: String,
    /// The e-mail address.
    pub email: String,
}

impl Student {
    /// A student that no test has used yet.
    pub fn unique() -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        Self {
            first_name: "Ada".to_owned(),
            last_name: "Lovelace".to_owned(),
            email: format!("ada.{number}.{}@example.com", Uuid::now_v7().simple()),
        }
    }
}

/// An idempotency key that no test has used yet.
pub fn unique_key() -> String {
    Uuid::now_v7().to_string()
}
