//! `GET /registrations/{reference}/events`.

use std::convert::Infallible;
use std::time::Duration;

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::sse::Event;
use axum::response::{IntoResponse as _, Response};
use futures_util::{Stream, stream};
use registrar_domain::RegistrationId;
use registrar_storage::LanePause;
use tokio::sync::OwnedSemaphorePermit;
use tokio::time::Instant;

use crate::admission::Admission;
use crate::extract::GenuineReference;
use crate::handlers::event_stream::{event_stream, status_event, too_many_streams};
use crate::problem::{Problem, ProblemDocument};
use crate::status::{RegistrationStatus, StatusBody, Statuses};

/// As often as an undecided registration is looked up; all streams share one query.
const READ_AGAIN: Duration = Duration::from_secs(1);

/// Where a registration stands, as server-sent events until there is a final outcome.
///
/// Each event is named `status` and carries what the status address answers. The first comes at
/// once, then one with every change; the stream ends after a final outcome, and after a time that
/// `/limits` names. A client that connects again after a final outcome has to stop (204).
#[utoipa::path(
    get,
    path = "/registrations/{reference}/events",
    tag = "registrations",
    params(
        ("reference" = String, Path, description = "As it was answered, or as a person spells it."),
        ("Last-Event-ID" = Option<String>, Header, description = "Sent by browsers that connect again."),
    ),
    responses(
        (status = 200, description = "Events named `status`.", body = StatusBody, content_type = "text/event-stream"),
        (status = 204, description = "The client has seen the final event."),
        (status = 404, description = "The reference was never issued.", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 503, description = "Too many event streams.", body = ProblemDocument, content_type = "application/problem+json"),
    )
)]
pub async fn events(
    State(statuses): State<Statuses>,
    State(admission): State<Admission>,
    GenuineReference(id): GenuineReference,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let permit = statuses.permit();
    let status = statuses.lookups.current(id).await;
    // Also where no permit is free: a client without that answer would come again and again.
    if status.is_final() && has_seen(&headers, status, id) {
        return Ok(StatusCode::NO_CONTENT.into_response());
    }
    let permit = permit.ok_or_else(|| too_many_streams("status"))?;
    let ends = Instant::now() + admission.limits().stream_duration;
    let watch = Watch { statuses, id, ends, _permit: permit };
    Ok(event_stream(stream_from(watch, status)))
}

struct Watch {
    statuses: Statuses,
    id: RegistrationId,
    ends: Instant,
    _permit: OwnedSemaphorePermit,
}

/// What a client of the stream was sent last.
struct Sent {
    status: RegistrationStatus,
    pause: Option<LanePause>,
}

/// What is known now; then every change until one is final.
fn stream_from(
    watch: Watch,
    status: RegistrationStatus,
) -> impl Stream<Item = Result<Event, Infallible>> {
    stream::unfold((watch, None, status), async |(watch, sent, first)| {
        let status = match sent {
            None => first,
            Some(sent) => watch.change_after(sent).await?,
        };
        let sent = Sent { status, pause: watch.statuses.pause() };
        let event = Ok(event(&sent, watch.id));
        Some((event, (watch, Some(sent), first)))
    })
}

impl Watch {
    /// What comes after what was sent; `None` when that is final, the stream has lasted long enough
    /// or the process stops.
    async fn change_after(&self, Sent { status, pause }: Sent) -> Option<RegistrationStatus> {
        if status.is_final() {
            return None;
        }
        let (waits, is_unreadable) =
            (status == RegistrationStatus::Waiting, status == RegistrationStatus::Unreadable);
        let seen = status.decision().copied();
        tokio::select! {
            decision = self.statuses.lookups.changed(self.id, seen) => {
                Some(RegistrationStatus::Decided(decision))
            }
            () = self.statuses.pause_changed(pause.as_ref()), if waits => Some(status),
            status = self.read_again(), if is_unreadable => Some(status),
            () = tokio::time::sleep_until(self.ends) => None,
            () = self.statuses.closing.cancelled() => None,
        }
    }

    /// What is known as soon as the database answers again.
    async fn read_again(&self) -> RegistrationStatus {
        loop {
            tokio::time::sleep(READ_AGAIN).await;
            let status = self.statuses.lookups.current(self.id).await;
            if status != RegistrationStatus::Unreadable {
                return status;
            }
        }
    }
}

fn event(sent: &Sent, id: RegistrationId) -> Event {
    let body = sent.status.body(id, sent.pause.as_ref());
    status_event(Some(body.status.as_str()), &body)
}

fn has_seen(headers: &HeaderMap, status: RegistrationStatus, id: RegistrationId) -> bool {
    headers
        .get("last-event-id")
        .is_some_and(|seen| seen.as_bytes() == status.body(id, None).status.as_str().as_bytes())
}
