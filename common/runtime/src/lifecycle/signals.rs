//! SIGTERM and SIGINT: the first asks to stop, the second insists.

use std::future::Future;
use std::io;

use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio_util::sync::CancellationToken;

/// By convention a process ended by signal number n exits with 128 + n.
const EXIT_BY_SIGNAL: i32 = 128;

/// Where signals come from; a trait so that tests need not kill themselves.
pub(super) trait SignalSource: Send {
    /// The number of the next signal, or `None` when no more can come.
    fn next(&mut self) -> impl Future<Output = Option<i32>> + Send;
}

pub(super) struct Signals {
    terminate: Signal,
    interrupt: Signal,
}

impl Signals {
    pub(super) fn install() -> io::Result<Self> {
        Ok(Self {
            terminate: signal(SignalKind::terminate())?,
            interrupt: signal(SignalKind::interrupt())?,
        })
    }
}

impl SignalSource for Signals {
    async fn next(&mut self) -> Option<i32> {
        tokio::select! {
            received = self.terminate.recv() => received.map(|()| SignalKind::terminate()),
            received = self.interrupt.recv() => received.map(|()| SignalKind::interrupt()),
        }
        .map(|kind| kind.as_raw_value())
    }
}

/// Requests the stop at the first signal, calls `insist` with the exit code at the second.
pub(super) async fn listen(
    mut signals: impl SignalSource,
    requested: CancellationToken,
    insist: impl FnOnce(i32) + Send,
) {
    let Some(first) = signals.next().await else {
        return;
    };
    tracing::info!(signal = first, "stopping: a signal asked for it; a second one ends at once");
    requested.cancel();
    let Some(second) = signals.next().await else {
        return;
    };
    tracing::warn!(signal = second, "ending at once: a second signal insisted");
    insist(EXIT_BY_SIGNAL + second);
}

pub(super) fn end_process(code: i32) {
    std::process::exit(code)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tokio::sync::{mpsc, oneshot};

    use super::*;

    const SIGTERM: i32 = 15;
    const SIGINT: i32 = 2;

    impl SignalSource for mpsc::Receiver<i32> {
        async fn next(&mut self) -> Option<i32> {
            self.recv().await
        }
    }

    #[tokio::test]
    async fn the_first_signal_asks_to_stop_and_the_second_insists() {
        let (send, signals) = mpsc::channel(1);
        let (insist, mut insisted) = oneshot::channel();
        let requested = CancellationToken::new();
        let listening = tokio::spawn(listen(signals, requested.clone(), move |code| {
            insist.send(code).unwrap();
        }));
        assert!(!requested.is_cancelled());

        send.send(SIGTERM).await.unwrap();
        let in_time = tokio::time::timeout(Duration::from_secs(5), requested.cancelled()).await;
        assert!(in_time.is_ok(), "the first signal must request the stop");
        assert!(insisted.try_recv().is_err(), "one signal must not end the process");

        send.send(SIGINT).await.unwrap();
        assert_eq!(insisted.await.unwrap(), 130);
        listening.await.unwrap();
    }

    #[tokio::test]
    async fn a_signal_after_a_stop_asked_in_code_does_not_end_the_process() {
        let (send, signals) = mpsc::channel(1);
        let (insist, mut insisted) = oneshot::channel::<i32>();
        let requested = CancellationToken::new();
        requested.cancel();
        let listening = tokio::spawn(listen(signals, requested, move |code| {
            insist.send(code).unwrap();
        }));
        send.send(SIGTERM).await.unwrap();
        drop(send);
        listening.await.unwrap();
        assert!(insisted.try_recv().is_err());
    }
}
