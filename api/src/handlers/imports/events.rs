//! `GET /imports/{reference}/events`.

use std::convert::Infallible;
use std::time::Duration;

use axum::extract::State;
use axum::response::Response;
use axum::response::sse::Event;
use futures_util::{Stream, stream};
use registrar_domain::ImportId;
use registrar_storage::ValidImportKey;
use tokio::sync::OwnedSemaphorePermit;
use tokio::time::Instant;

use crate::admission::Admission;
use crate::extract::GenuineImport;
use crate::handlers::event_stream::{event_stream, status_event, too_many_streams};
use crate::imports::history::ImportHistory;
use crate::imports::history::body::ImportBody;
use crate::problem::{Problem, ProblemDocument};
use crate::status::Statuses;

/// How often an import is looked up.
const READ_AGAIN: Duration = Duration::from_secs(1);

/// Where an import stands, as server-sent events until it is done.
///
/// Each event is named `status` and carries what the status address answers. The first comes at once,
/// then one with every change; the stream ends when `done` is true, and after a time that `/limits`
/// names.
#[utoipa::path(
    get,
    path = "/imports/{reference}/events",
    tag = "imports",
    security(("import_key" = [])),
    params(
        ("reference" = String, Path, description = "As it was answered."),
    ),
    responses(
        (status = 200, description = "Events named `status`.", body = ImportBody, content_type = "text/event-stream"),
        (status = 401, description = "There is no valid key.", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 404, description = "The importer has no such import.", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 503, description = "Too many event streams, or imports cannot be read right now.", body = ProblemDocument, content_type = "application/problem+json"),
    )
)]
pub async fn events(
    State(history): State<ImportHistory>,
    State(statuses): State<Statuses>,
    State(admission): State<Admission>,
    GenuineImport { id, key }: GenuineImport,
) -> Result<Response, Problem> {
    let permit = history.stream_permit().ok_or_else(|| too_many_streams("import"))?;
    let first = history.read(id, &key.importer).await?;
    let ends = Instant::now() + admission.limits().stream_duration;
    let watch = Watch { history, statuses, id, key, ends, _permit: permit };
    Ok(event_stream(stream_from(watch, first)))
}

struct Watch {
    history: ImportHistory,
    statuses: Statuses,
    id: ImportId,
    key: ValidImportKey,
    ends: Instant,
    _permit: OwnedSemaphorePermit,
}

/// What is known now; then every change until the import is done.
fn stream_from(watch: Watch, first: ImportBody) -> impl Stream<Item = Result<Event, Infallible>> {
    stream::unfold((watch, None, Some(first)), async |(watch, sent, first)| {
        let body = match (first, sent) {
            (Some(first), _) => first,
            (None, Some(sent)) => watch.change_after(&sent).await?,
            (None, None) => return None,
        };
        let event = status_event(None, &body);
        Some((Ok(event), (watch, Some(body), None)))
    })
}

impl Watch {
    /// What comes after what was sent; `None` when nothing does, the stream has lasted long enough or
    /// the process stops.
    async fn change_after(&self, sent: &ImportBody) -> Option<ImportBody> {
        if sent.done {
            return None;
        }
        tokio::select! {
            body = self.changed(sent) => Some(body),
            () = tokio::time::sleep_until(self.ends) => None,
            () = self.statuses.closing.cancelled() => None,
        }
    }

    async fn changed(&self, sent: &ImportBody) -> ImportBody {
        loop {
            tokio::time::sleep(READ_AGAIN).await;
            match self.history.read(self.id, &self.key.importer).await {
                Ok(body) if body != *sent => return body,
                // The database may be back with the next look.
                Ok(_) | Err(_) => {}
            }
        }
    }
}
