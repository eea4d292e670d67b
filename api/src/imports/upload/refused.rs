//! The body of an upload that is refused by its head alone.

use std::time::Duration;

use axum::body::Body;
use axum::http::{HeaderMap, header};

use super::receive::drop_rest;

/// It is taken and dropped up to here, so that its client reads why it is refused.
const REFUSED_MAX_BYTES: u64 = 256 * 1024 * 1024;

/// Takes what the client is sending; nothing of one that waits for a sign before it sends.
pub async fn drop_refused(headers: &HeaderMap, body: Body, idle: Duration) {
    let expect = headers.get(header::EXPECT).map(|value| value.as_bytes().trim_ascii());
    if !expect.is_some_and(|expect| expect.eq_ignore_ascii_case(b"100-continue")) {
        drop_rest(body.into_data_stream(), REFUSED_MAX_BYTES, idle).await;
    }
}
