//! The one request to stop, which everything in a process listens to.

use std::io;

use tokio_util::sync::CancellationToken;

use super::signals;

/// A token that SIGTERM and SIGINT cancel. A second signal ends the process at once, with exit code
/// 128 + the signal's number, after `before_end`, which must not take long.
///
/// Must be called within a Tokio runtime.
pub fn shutdown_on_signals(
    before_end: impl FnOnce() + Send + 'static,
) -> io::Result<CancellationToken> {
    let signals = signals::Signals::install()?;
    let shutdown = CancellationToken::new();
    let insist = move |code| {
        before_end();
        signals::end_process(code);
    };
    // It ends with the runtime, so that a second signal counts while telemetry is flushed, too.
    tokio::spawn(signals::listen(signals, shutdown.clone(), insist));
    Ok(shutdown)
}
