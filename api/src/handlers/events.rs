//! `GET /registrations/{reference}/events`.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse as _, Response};
use futures_util::{Stream, stream};
use registrar_domain::RegistrationId;
use registrar_storage::LanePause;
use tokio::sync::OwnedSemaphorePermit;
use tokio::time::Instant;

use crate::extract::GenuineReference;
use crate::problem::{Problem, ProblemDocument, ProblemKind};
use crate::state::Api;
use crate::status::{Known, StatusBody};

/// Below the minute after which proxies hang up on a quiet connection.
const KEEP_ALIVE: Duration = Duration::from_secs(15);
/// As often as an undecided registration is looked up; all streams share one query.
const READ_AGAIN: Duration = Duration::from_secs(1);
/// When to try again after finding no free permit: some end with every outcome.
const RETRY_WHEN_FULL: Duration = Duration::from_secs(5);

/// Where a registration stands, as server-sent events until there is a final outcome.
///
/// Each event is named `status` and carries what the status address answers. The first comes at
/// once, then one with every change; the stream ends after a final outcome, and after a time that
/// `/limits` tells. A client that connects again after a final outcome is told to stop (204).
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
    State(api): State<Arc<Api>>,
    GenuineReference(id): GenuineReference,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let permit = Arc::clone(&api.waiter_permits).try_acquire_owned();
    let known = api.lookups.current(id).await;
    // Also where no permit is free: a client without that answer would come again and again.
    if known.is_final() && has_seen(&headers, known, id) {
        return Ok(StatusCode::NO_CONTENT.into_response());
    }
    let permit = permit.map_err(|_full| {
        Problem::new(
            ProblemKind::TooManyStreams,
            "Too many people are watching right now. Look at the status itself instead.",
        )
        .retry_after(RETRY_WHEN_FULL)
    })?;
    let ends = Instant::now() + api.admission.limits().stream_duration;
    let stream = stream_from(Watch { api, id, ends, _permit: permit }, known);
    let mut response =
        Sse::new(stream).keep_alive(KeepAlive::new().interval(KEEP_ALIVE)).into_response();
    // Or nginx would keep events back until its buffer is full.
    let unbuffered = HeaderName::from_static("x-accel-buffering");
    response.headers_mut().insert(unbuffered, HeaderValue::from_static("no"));
    Ok(response)
}

struct Watch {
    api: Arc<Api>,
    id: RegistrationId,
    ends: Instant,
    _permit: OwnedSemaphorePermit,
}

/// What a client of the stream was told.
#[derive(Clone)]
struct Told {
    known: Known,
    pause: Option<LanePause>,
}

/// What is known now; then every change until one is final.
fn stream_from(watch: Watch, known: Known) -> impl Stream<Item = Result<Event, Infallible>> {
    enum Next {
        Tell(Known),
        After(Told),
    }

    stream::unfold((watch, Next::Tell(known)), async |(watch, next)| {
        let known = match next {
            Next::Tell(known) => known,
            Next::After(told) => watch.change_of(told).await?,
        };
        let told = Told { known, pause: watch.api.pause() };
        let event = Ok(event(&told, watch.id));
        Some((event, (watch, Next::After(told))))
    })
}

impl Watch {
    /// What comes after `told`; `None` when that is final, the stream has lasted long
    /// enough or the process stops.
    async fn change_of(&self, told: Told) -> Option<Known> {
        let Told { known, pause } = told;
        if known.is_final() {
            return None;
        }
        let seen = known.decision().copied();
        tokio::select! {
            decision = self.api.lookups.changed(self.id, seen) => Some(Known::Decided(decision)),
            () = self.api.pauses.changed(Api::LANE, pause.as_ref()), if known == Known::Waiting => {
                Some(Known::Waiting)
            }
            known = self.read_again(), if known == Known::Unreadable => Some(known),
            () = tokio::time::sleep_until(self.ends) => None,
            () = self.api.closing.cancelled() => None,
        }
    }

    /// What is known as soon as the database answers again.
    async fn read_again(&self) -> Known {
        loop {
            tokio::time::sleep(READ_AGAIN).await;
            let known = self.api.lookups.current(self.id).await;
            if known != Known::Unreadable {
                return known;
            }
        }
    }
}

fn event(told: &Told, id: RegistrationId) -> Event {
    let body = told.known.body(id, told.pause.as_ref());
    let event = Event::default().event("status").id(body.status.as_str());
    // The body is made of strings and times; should it not become JSON, the name says enough.
    event.clone().json_data(&body).unwrap_or(event)
}

fn has_seen(headers: &HeaderMap, known: Known, id: RegistrationId) -> bool {
    headers
        .get("last-event-id")
        .is_some_and(|seen| seen.as_bytes() == known.body(id, None).status.as_str().as_bytes())
}
