//! What is asked of the API.

use std::sync::Arc;

use uuid::Uuid;

/// What is asked of the API.
#[derive(Clone, Debug)]
pub enum Ask {
    /// Registers students that are not registered yet.
    Register {
        /// Part of every address, so that no two runs have one in common.
        run: Uuid,
        /// Whether each has an idempotency key, as the form sends.
        is_keyed: bool,
    },
    /// Looks up the status at one of these paths after the other.
    Status(Arc<[String]>),
}

impl Ask {
    /// Registers new students, each with an idempotency key.
    pub fn register() -> Self {
        Self::Register { run: Uuid::now_v7(), is_keyed: true }
    }

    /// Registers new students, without keys.
    pub fn register_keyless() -> Self {
        Self::Register { run: Uuid::now_v7(), is_keyed: false }
    }

    /// The request with this number.
    pub fn request(&self, index: usize, host: &str) -> String {
        match self {
            Self::Register { run, is_keyed } => {
                let key = if *is_keyed {
                    format!("Idempotency-Key: {run}-{index}\r\n")
                } else {
                    String::new()
                };
                let body = format!(
                    r#"{{"first_name":"Ada","last_name":"Lovelace","email":"ada.{index}.{}@example.com"}}"#,
                    run.simple()
                );
                format!(
                    "POST /register HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/json\r\n\
                     {key}Content-Length: {}\r\n\r\n{body}",
                    body.len()
                )
            }
            Self::Status(paths) => {
                format!("GET {} HTTP/1.1\r\nHost: {host}\r\n\r\n", paths[index % paths.len()])
            }
        }
    }
}
