//! What a client still sends of an upload that is not read. It reads the answer only once it has sent all
//! of it, so that is taken and dropped, within bounds; then the connection is closed.

use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, header};
use futures_util::{Stream, StreamExt as _};
use tokio::sync::Semaphore;
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;

/// Of an upload with a valid key.
const ADMITTED_MAX_BYTES: u64 = 2 * 1024 * 1024 * 1024;
/// Of an upload that is refused by its head alone, which needs no key.
const REFUSED_MAX_BYTES: u64 = 256 * 1024 * 1024;
/// The most of those at once, so that they do not hold the connections of others. The next ones are
/// answered at once.
const REFUSED_AT_ONCE: usize = 100;
const DROPPED_FOR: Duration = Duration::from_mins(5);
/// Once the service stops its connections are cut soon.
const DROPPED_WHEN_STOPPING: Duration = Duration::from_secs(5);

/// Takes what is not read. A cheap handle.
#[derive(Clone, Debug)]
pub struct RestOfUploads {
    refused: Arc<Semaphore>,
    idle: Duration,
    closing: CancellationToken,
}

impl RestOfUploads {
    /// A client that sends nothing for as long as `idle` has nothing under way.
    pub fn new(idle: Duration, closing: CancellationToken) -> Self {
        Self { refused: Arc::new(Semaphore::new(REFUSED_AT_ONCE)), idle, closing }
    }

    /// Takes the rest of an upload that was read, or part of it.
    pub async fn drop_rest<S, E>(&self, upload: S)
    where
        S: Stream<Item = Result<Bytes, E>> + Unpin,
    {
        self.drop_up_to(ADMITTED_MAX_BYTES, upload).await;
    }

    /// Takes what the client is sending; nothing of one that waits for a sign before it sends.
    pub async fn drop_refused(&self, headers: &HeaderMap, body: Body) {
        let expect = headers.get(header::EXPECT).map(|value| value.as_bytes().trim_ascii());
        if expect.is_some_and(|expect| expect.eq_ignore_ascii_case(b"100-continue")) {
            return;
        }
        if let Ok(_permit) = self.refused.try_acquire() {
            self.drop_up_to(REFUSED_MAX_BYTES, body.into_data_stream()).await;
        }
    }

    async fn drop_up_to<S, E>(&self, most: u64, mut upload: S)
    where
        S: Stream<Item = Result<Bytes, E>> + Unpin,
    {
        let dropping = async {
            let mut dropped = 0;
            while let Ok(Some(Ok(part))) = timeout(self.idle, upload.next()).await {
                dropped += part.len() as u64;
                if dropped > most {
                    return;
                }
            }
        };
        let stopping = async {
            self.closing.cancelled().await;
            sleep(DROPPED_WHEN_STOPPING).await;
        };
        tokio::select! {
            () = dropping => {}
            () = sleep(DROPPED_FOR) => {}
            () = stopping => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io;

    use futures_util::stream;

    use super::*;

    const IDLE: Duration = Duration::from_secs(10);

    fn rest() -> RestOfUploads {
        RestOfUploads::new(IDLE, CancellationToken::new())
    }

    fn endless() -> impl Stream<Item = io::Result<Bytes>> + Unpin {
        stream::repeat_with(|| Ok(Bytes::from_static(b"xx")))
    }

    #[tokio::test]
    async fn so_much_is_dropped_and_no_more() {
        let mut sent = 0;
        rest().drop_up_to(10, endless().inspect(|_| sent += 1)).await;
        assert_eq!(sent, 6);
    }

    #[tokio::test(start_paused = true)]
    async fn an_upload_that_stalls_or_trickles_is_not_waited_for() {
        let started = tokio::time::Instant::now();
        rest().drop_rest(stream::pending::<io::Result<Bytes>>()).await;
        assert_eq!(started.elapsed(), IDLE);
        let trickle = endless().then(async |part| {
            sleep(IDLE / 2).await;
            part
        });
        rest().drop_rest(Box::pin(trickle)).await;
        assert_eq!(started.elapsed(), IDLE + DROPPED_FOR);
    }

    #[tokio::test(start_paused = true)]
    async fn a_service_that_stops_drops_for_a_moment() {
        let rest = rest();
        rest.closing.cancel();
        let started = tokio::time::Instant::now();
        rest.drop_rest(stream::pending::<io::Result<Bytes>>()).await;
        assert_eq!(started.elapsed(), DROPPED_WHEN_STOPPING);
    }

    #[tokio::test(start_paused = true)]
    async fn so_many_refused_uploads_are_taken_at_once_and_others_are_answered_at_once() {
        let rest = rest();
        let body = || Body::from_stream(stream::pending::<io::Result<Bytes>>());
        let headers = HeaderMap::new();
        let taken = rest.refused.try_acquire_many(99).unwrap();
        let (started, last) = (tokio::time::Instant::now(), rest.drop_refused(&headers, body()));
        let beyond = async {
            rest.drop_refused(&headers, body()).await;
            started.elapsed()
        };
        let ((), beyond) = tokio::join!(biased; last, beyond);
        assert_eq!((started.elapsed(), beyond), (IDLE, Duration::ZERO));
        drop(taken);
    }
}
