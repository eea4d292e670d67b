//! One import, from its first byte to its last registered row.

use std::convert::Infallible;
use std::time::{Duration, Instant};

use futures_util::stream;
use registrar_tests::api::{Api, json};
use registrar_tests::worker::Worker;
use reqwest::Body;
use reqwest::header::CONTENT_LENGTH;
use tokio::time::sleep;

use crate::worker_metrics::imported;

const TIMEOUT: Duration = Duration::from_mins(5);
/// How often the worker is asked, once all is sent.
const PAUSE: Duration = Duration::from_millis(10);

/// How long an import took, from its first byte on.
#[derive(Clone, Copy, Debug)]
pub(super) struct Upload {
    /// Until its 202.
    pub(super) accepted_after: Duration,
    /// Until its last row was registered and counted.
    pub(super) registered_after: Duration,
}

/// Sends the file, and waits until the worker has registered every row of it.
pub(super) async fn run(
    api: &Api,
    worker: &Worker,
    key: &str,
    parts: Vec<String>,
    rows: usize,
) -> Upload {
    let before = imported(worker).await;
    let bytes: usize = parts.iter().map(String::len).sum();
    let body = Body::wrap_stream(stream::iter(parts.into_iter().map(Ok::<_, Infallible>)));
    let request = api.client.post(format!("{}/imports", api.url)).bearer_auth(key);
    let request = request.header(CONTENT_LENGTH, bytes).body(body).timeout(TIMEOUT);
    let start = Instant::now();
    let answer = request.send().await.unwrap();
    let accepted_after = start.elapsed();
    assert_eq!(answer.status(), 202);
    assert_eq!(json(answer).await["accepted"], rows);
    while imported(worker).await < before + rows {
        assert!(start.elapsed() < TIMEOUT, "an import was not registered");
        sleep(PAUSE).await;
    }
    Upload { accepted_after, registered_after: start.elapsed() }
}
