//! What is asked of the API.

use std::sync::Arc;

use uuid::Uuid;

/// What is asked of the API.
#[derive(Clone, Debug)]
pub(crate) enum Ask {
    /// Registers students whom nobody has registered, each with an idempotency key as the form does.
    Register {
        /// Part of every address, so that no two runs have one in common.
        run: Uuid,
    },
    /// Looks up the status at one of these paths after the other.
    Status(Arc<[String]>),
}

impl Ask {
    /// Registers new students.
    pub(crate) fn register() -> Self {
        Self::Register { run: Uuid::now_v7() }
    }

    /// The request with this number.
    pub(crate) fn request(&self, index: usize, host: &str) -> String {
        match self {
            Self::Register { run } => {
                let body = format!(
                    r#"{{"first_name":"Ada","last_name":"Lovelace","email":"ada.{index}.{}@example.com"}}"#,
                    run.simple()
                );
                format!(
                    "POST /register HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/json\r\n\
                     Idempotency-Key: {run}-{index}\r\nContent-Length: {}\r\n\r\n{body}",
                    body.len()
                )
            }
            Self::Status(paths) => {
                format!("GET {} HTTP/1.1\r\nHost: {host}\r\n\r\n", paths[index % paths.len()])
            }
        }
    }
}
