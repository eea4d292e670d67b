//! Helper programs that are run to their end.

use std::process::{Command, Stdio};
use std::time::Duration;

use super::poll_until;
use crate::StackError;

/// Runs `command` and returns what it printed. Ends it when it takes longer than `timeout`, as
/// the client of a paused server does.
///
/// For programs that print little: more than a pipe holds (64 KiB) would stall them.
pub fn output_within(
    what: &str,
    timeout: Duration,
    command: &mut Command,
) -> Result<String, StackError> {
    let failed = || StackError::io(what.to_owned());
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(failed())?;
    if poll_until(timeout, || child.try_wait().ok().flatten()).is_none() {
        child.kill().map_err(failed())?;
        child.wait().map_err(failed())?;
        return Err(StackError::Refused {
            what: what.to_owned(),
            detail: format!("no answer within {} s", timeout.as_secs()),
        });
    }
    let output = child.wait_with_output().map_err(failed())?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    let detail = String::from_utf8_lossy(&output.stderr).trim().to_owned();
    Err(StackError::Refused { what: what.to_owned(), detail })
}
