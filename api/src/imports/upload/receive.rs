//! The bytes of an upload, on their way to the thread that reads them.

use std::io;
use std::time::Duration;

use axum::body::Bytes;
use futures_util::{Stream, StreamExt as _};
use tokio::sync::mpsc;
use tokio::time::{Instant, timeout_at};
use tokio_util::sync::CancellationToken;

/// How slow an upload may be.
#[derive(Clone, Copy, Debug)]
pub struct UploadTime {
    /// How long it may send nothing.
    pub idle: Duration,
    pub until: Instant,
}

/// Hands the upload on as it comes, until its end or until the reader takes no more.
pub async fn receive<S, E>(
    mut upload: S,
    parts: mpsc::Sender<io::Result<Bytes>>,
    time: UploadTime,
    closing: &CancellationToken,
) where
    S: Stream<Item = Result<Bytes, E>> + Unpin,
{
    loop {
        let until = time.until.min(Instant::now() + time.idle);
        let part = tokio::select! {
            biased;
            () = closing.cancelled() => Err(io::ErrorKind::Interrupted),
            part = timeout_at(until, upload.next()) => match part {
                Ok(Some(Ok(part))) => Ok(part),
                Ok(Some(Err(_broken))) => Err(io::ErrorKind::ConnectionAborted),
                Ok(None) => return,
                Err(_elapsed) => Err(io::ErrorKind::TimedOut),
            },
            // The reader takes no more, as of a file that is refused, while the client sends nothing.
            () = parts.closed() => return,
        };
        let is_over = part.is_err();
        if parts.send(part.map_err(io::Error::from)).await.is_err() || is_over {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use futures_util::stream;

    use super::*;

    fn time() -> UploadTime {
        let idle = Duration::from_mins(1);
        UploadTime { idle, until: Instant::now() + 3 * idle }
    }

    async fn received(
        upload: impl Stream<Item = io::Result<Bytes>> + Unpin,
    ) -> Vec<io::Result<Bytes>> {
        let (sender, mut parts) = mpsc::channel(8);
        receive(upload, sender, time(), &CancellationToken::new()).await;
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

    #[tokio::test(start_paused = true)]
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
        receive(stream::iter([Ok::<_, io::Error>("a".into())]), sender, time(), &closing).await;
        assert_eq!(parts.recv().await.unwrap().unwrap_err().kind(), io::ErrorKind::Interrupted);
        assert!(parts.recv().await.is_none());
    }

    #[tokio::test(start_paused = true)]
    async fn an_upload_that_never_stalls_has_its_time_and_no_more() {
        let trickle = stream::repeat_with(|| Ok(Bytes::from_static(b"x"))).then(async |part| {
            tokio::time::sleep(Duration::from_secs(25)).await;
            part
        });
        let mut parts = received(Box::pin(trickle)).await;
        assert_eq!(parts.pop().unwrap().unwrap_err().kind(), io::ErrorKind::TimedOut);
        assert_eq!(parts.len(), 7);
    }

    #[tokio::test(start_paused = true)]
    async fn that_the_reader_has_ended_is_not_noticed_only_with_the_next_bytes() {
        let (sender, parts) = mpsc::channel(1);
        let closing = CancellationToken::new();
        let started = Instant::now();
        let receiving = receive(stream::pending::<io::Result<Bytes>>(), sender, time(), &closing);
        tokio::join!(receiving, async { drop(parts) });
        assert_eq!(started.elapsed(), Duration::ZERO);
    }

    #[tokio::test]
    async fn what_the_reader_does_not_take_stays_where_it_is() {
        let (sender, parts) = mpsc::channel(1);
        drop(parts);
        let mut upload =
            stream::iter((0..100).map(|_| Ok::<_, io::Error>(Bytes::from_static(b"x"))));
        receive(&mut upload, sender, time(), &CancellationToken::new()).await;
        assert_eq!(upload.count().await, 99);
    }
}
