//! Is the process alive, and can it work?

use std::sync::Arc;

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Serialize;

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Health {
    Well,
    /// It works, without what the reasons name.
    Degraded(Vec<String>),
    /// It cannot work, because of what the reasons name.
    Unavailable(Vec<String>),
}

/// Returns the health now. Must not block: it reads what the process knows already.
pub type Probe = Arc<dyn Fn() -> Health + Send + Sync>;

#[derive(Serialize)]
struct Body {
    status: &'static str,
    message: String,
    reasons: Vec<String>,
}

/// 200 unless unavailable, which is 503; a JSON body with `status`, `message` and `reasons`.
impl IntoResponse for Health {
    fn into_response(self) -> Response {
        let (code, status, message, reasons) = match self {
            Self::Well => (StatusCode::OK, "ok", "All is well.".to_owned(), vec![]),
            Self::Degraded(reasons) => {
                (StatusCode::OK, "degraded", sentence("It works, but", &reasons), reasons)
            }
            Self::Unavailable(reasons) => (
                StatusCode::SERVICE_UNAVAILABLE,
                "unavailable",
                sentence("It cannot work:", &reasons),
                reasons,
            ),
        };
        (code, Json(Body { status, message, reasons })).into_response()
    }
}

fn sentence(beginning: &str, reasons: &[String]) -> String {
    let reasons: Vec<_> = reasons.iter().map(|reason| reason.trim_end_matches('.')).collect();
    format!("{beginning} {}.", reasons.join("; "))
}
