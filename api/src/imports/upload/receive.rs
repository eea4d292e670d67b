//! The bytes of an upload, on their way to the thread that reads them.

use std::io;
use std::time::Duration;

use axum::body::Bytes;
use futures_util::{Stream, StreamExt as _};
use tokio::sync::mpsc;
use tokio::time::{Instant, timeout, timeout_at};
use tokio_util::sync::CancellationToken;

/// A client hears why its file is refused only once it has sent it, so what is not read is taken and
/// dropped up to here. Then the connection is closed.
const DROPPED_MAX_BYTES: u64 = 2 * 1024 * 1024 * 1024;
const DROPPED_FOR: Duration = Duration::from_mins(5);

/// Hands the upload on as it comes, and drops what the reader does not take.
pub async fn receive<S, E>(
    mut upload: S,
    parts: mpsc::Sender<io::Result<Bytes>>,
    idle: Duration,
    closing: &CancellationToken,
) where
    S: Stream<Item = Result<Bytes, E>> + Unpin,
{
    loop {
        let part = tokio::select! {
            biased;
            () = closing.cancelled() => Err(io::ErrorKind::Interrupted),
            part = timeout(idle, upload.next()) => match part {
                Ok(Some(Ok(part))) => Ok(part),
                Ok(Some(Err(_broken))) => Err(io::ErrorKind::ConnectionAborted),
                Ok(None) => return,
                Err(_elapsed) => Err(io::ErrorKind::TimedOut),
            },
        };
        let is_over = part.as_ref().err().copied();
        if parts.send(part.map_err(io::Error::from)).await.is_err() {
            return drop_rest(upload, DROPPED_MAX_BYTES, idle).await;
        }
        match is_over {
            None => {}
            Some(io::ErrorKind::Interrupted) => {
                return drop_rest(upload, DROPPED_MAX_BYTES, idle).await;
            }
            Some(_) => return,
        }
    }
}

/// Takes the rest of an upload, up to so many bytes, so that its client reads the answer.
pub async fn drop_rest<S, E>(mut upload: S, most: u64, idle: Duration)
where
    S: Stream<Item = Result<Bytes, E>> + Unpin,
{
    let until = Instant::now() + DROPPED_FOR;
    let mut dropped = 0;
    while let Ok(Ok(Some(Ok(part)))) = timeout_at(until, timeout(idle, upload.next())).await {
        dropped += part.len() as u64;
        if dropped > most {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use futures_util::stream;

    use super::*;

    const IDLE: Duration = Duration::from_millis(50);

    async fn received(
        upload: impl Stream<Item = io::Result<Bytes>> + Unpin,
    ) -> Vec<io::Result<Bytes>> {
        let (sender, mut parts) = mpsc::channel(8);
        receive(upload, sender, IDLE, &CancellationToken::new()).await;
        let mut received = Vec::new();
        while let Some(part) = parts.recv().await {
            received.push(part);
        }
        received
    }

    #[tokio::test]
    async fn an_upload_arrives_whole_and_in_order() {
        let parts = received(stream::iter([Ok("a".into()), Ok("b".into())])).await;
        assert_eq!(parts.into_iter().map(Result::unwrap).collect::<Vec<_>>(), ["a", "b"]);
    }

    #[tokio::test]
    async fn an_upload_that_breaks_off_or_stalls_ends_with_an_error() {
        let broken = received(stream::iter([Ok("a".into()), Err(io::Error::other("cut"))])).await;
        let stalled = received(stream::pending()).await;
        for (mut parts, kind) in
            [(broken, io::ErrorKind::ConnectionAborted), (stalled, io::ErrorKind::TimedOut)]
        {
            assert_eq!(parts.pop().unwrap().unwrap_err().kind(), kind);
        }
    }

    #[tokio::test]
    async fn a_service_that_stops_takes_no_more_of_an_upload() {
        let (sender, mut parts) = mpsc::channel(8);
        let closing = CancellationToken::new();
        closing.cancel();
        receive(stream::iter([Ok::<_, io::Error>("a".into())]), sender, IDLE, &closing).await;
        assert_eq!(parts.recv().await.unwrap().unwrap_err().kind(), io::ErrorKind::Interrupted);
        assert!(parts.recv().await.is_none());
    }

    #[tokio::test]
    async fn what_the_reader_does_not_take_is_taken_and_dropped() {
        let (sender, parts) = mpsc::channel(1);
        drop(parts);
        let mut sent = 0;
        let parts = stream::iter((0..100).map(|_| Ok::<_, io::Error>(Bytes::from_static(b"x"))));
        let parts = parts.inspect(|_| sent += 1);
        receive(parts, sender, IDLE, &CancellationToken::new()).await;
        assert_eq!(sent, 100);
    }

    #[tokio::test]
    async fn so_much_is_dropped_and_no_more() {
        let mut sent = 0;
        let parts = stream::repeat_with(|| Ok::<_, io::Error>(Bytes::from_static(b"xx")));
        drop_rest(parts.inspect(|_| sent += 1), 10, IDLE).await;
        assert_eq!(sent, 6);
    }
}
