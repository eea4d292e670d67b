//! Waiting for a condition, with a deadline.

use std::fmt;
use std::time::Duration;

use tokio::time::{Instant, sleep};

/// Long enough for the slowest machine; a test that needs it has failed.
pub const TIMEOUT: Duration = Duration::from_mins(1);

const PAUSE: Duration = Duration::from_millis(20);

/// Polls until there is an answer.
///
/// # Panics
/// When [`TIMEOUT`] runs out, saying what was waited for.
pub async fn until<T>(what: impl fmt::Display, probe: impl AsyncFnMut() -> Option<T>) -> T {
    until_within(TIMEOUT, what, probe).await
}

/// Polls until there is an answer, within this time.
///
/// # Panics
/// When that runs out, saying what was waited for.
pub async fn until_within<T>(
    timeout: Duration,
    what: impl fmt::Display,
    mut probe: impl AsyncFnMut() -> Option<T>,
) -> T {
    let deadline = Instant::now() + timeout;
    loop {
        if let Some(answer) = probe().await {
            return answer;
        }
        assert!(Instant::now() < deadline, "waited {timeout:?} in vain until {what}");
        sleep(PAUSE).await;
    }
}
