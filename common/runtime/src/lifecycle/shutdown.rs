//! The one request to stop, which everything in a process listens to.

use std::io;
use std::process::exit;

use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio_util::sync::CancellationToken;

/// By convention a process ended by signal number n exits with 128 + n.
const EXIT_BY_SIGNAL: i32 = 128;

/// A token that SIGTERM and SIGINT cancel. A second signal ends the process at once, with exit code
/// 128 + the signal's number, after `before_end`, which must not take long.
///
/// Must be called within a Tokio runtime.
pub fn shutdown_on_signals(
    before_end: impl FnOnce() + Send + 'static,
) -> io::Result<CancellationToken> {
    let mut signals = [signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?];
    let shutdown = CancellationToken::new();
    let requested = shutdown.clone();
    // It ends with the runtime, so that a second signal counts while telemetry is flushed, too.
    tokio::spawn(async move {
        // The first also after a stop that was asked for in code.
        let Some(first) = next(&mut signals).await else { return };
        tracing::info!(
            signal = first,
            "stopping: a signal asked for it; a second one ends at once"
        );
        requested.cancel();
        let Some(second) = next(&mut signals).await else { return };
        tracing::warn!(signal = second, "ending at once: a second signal insisted");
        before_end();
        exit(EXIT_BY_SIGNAL + second);
    });
    Ok(shutdown)
}

/// The number of the next signal, or `None` when no more can come.
async fn next([terminate, interrupt]: &mut [Signal; 2]) -> Option<i32> {
    tokio::select! {
        received = terminate.recv() => received.map(|()| SignalKind::terminate()),
        received = interrupt.recv() => received.map(|()| SignalKind::interrupt()),
    }
    .map(|kind| kind.as_raw_value())
}
