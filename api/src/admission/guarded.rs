use std::panic::AssertUnwindSafe;
use std::time::Duration;

use futures_util::FutureExt as _;

use crate::problem::{Problem, ProblemKind, RetrySafety};

/// Runs `work` for as long as it may take; a panic of it is a problem too. The panic hook has logged
/// the cause; the client learns only that it was not its fault.
///
/// What was sent to the broker stays sent, so the sentence does not say that nothing happened.
pub async fn guarded<T>(
    allowed: Duration,
    retry_safety: RetrySafety,
    work: impl Future<Output = T>,
) -> Result<T, Problem> {
    // What the work owned is gone with it, and nothing that requests share can be left halfway.
    let work = AssertUnwindSafe(work).catch_unwind();
    let (kind, what) = match tokio::time::timeout(allowed, work).await {
        Ok(Ok(output)) => return Ok(output),
        Ok(Err(_cause)) => (ProblemKind::InternalError, "Something went wrong on our side."),
        Err(_elapsed) => (ProblemKind::Timeout, "There was no answer in time."),
    };
    Err(Problem::new(kind, format!("{what} {}", retry_safety.advice())))
}
