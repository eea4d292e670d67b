//! How server-sent events are answered, whatever they are about.

use std::convert::Infallible;
use std::time::Duration;

use axum::http::{HeaderName, HeaderValue};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse as _, Response};
use futures_util::Stream;
use serde::Serialize;

use crate::problem::{Problem, ProblemKind};

/// Below the minute after which proxies hang up on a quiet connection.
const KEEP_ALIVE: Duration = Duration::from_secs(15);
/// When to try again after finding no free permit: some end with every outcome.
const RETRY_WHEN_FULL: Duration = Duration::from_secs(5);

pub(super) fn event_stream(
    events: impl Stream<Item = Result<Event, Infallible>> + Send + 'static,
) -> Response {
    let mut response =
        Sse::new(events).keep_alive(KeepAlive::new().interval(KEEP_ALIVE)).into_response();
    // Or nginx would keep events back until its buffer is full.
    let unbuffered = HeaderName::from_static("x-accel-buffering");
    response.headers_mut().insert(unbuffered, HeaderValue::from_static("no"));
    response
}

/// The event `status`. The body is made of strings, numbers and times; should it not become JSON, the
/// name says enough.
pub(super) fn status_event(id: Option<&str>, body: &impl Serialize) -> Event {
    let event = Event::default().event("status");
    let event = if let Some(id) = id { event.id(id) } else { event };
    event.clone().json_data(body).unwrap_or(event)
}

/// No permit is free; `instead` is what else can be looked at.
pub(super) fn too_many_streams(instead: &str) -> Problem {
    let detail =
        format!("Too many people are watching right now. Look at the {instead} itself instead.");
    Problem::new(ProblemKind::TooManyStreams, detail).retry_after(RETRY_WHEN_FULL)
}
