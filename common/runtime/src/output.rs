//! Stdout and stderr of a command, for people and scripts. Nothing here panics: a reader may go away,
//! and a disk may be full.

use std::fmt::Display;
use std::io::{ErrorKind, Write as _};
use std::process::ExitCode;
use std::sync::mpsc;
use std::time::Duration;
use std::{io, thread};

/// The exit code when stdout was closed before all was printed: what a shell shows of a process that
/// SIGPIPE ended (128 + 13), as most programs do then.
pub const EXIT_CLOSED: u8 = 141;

const LAST_WORDS_TIMEOUT: Duration = Duration::from_secs(1);

/// What was printed has no reader.
#[derive(Debug, thiserror::Error)]
pub enum OutputError {
    /// Such as `head`, which has read enough: nothing is wrong.
    #[error("stdout is closed")]
    Closed,
    /// Such as a full disk.
    #[error("Could not write to stdout: {0}.")]
    Failed(io::Error),
}

impl From<io::Error> for OutputError {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            ErrorKind::BrokenPipe => Self::Closed,
            _ => Self::Failed(error),
        }
    }
}

/// Prints the text. For a command that only looks, which has nothing left to do after an error.
pub fn print(text: impl Display) -> Result<(), OutputError> {
    // Formatted first: the standard library writes each line, and each part of the last one.
    let text = text.to_string();
    let mut stdout = io::stdout().lock();
    stdout.write_all(text.as_bytes())?;
    Ok(stdout.flush()?)
}

pub fn print_line(text: impl Display) -> Result<(), OutputError> {
    print(format_args!("{text}\n"))
}

/// Prints the text on stderr when stdout does not take it. For a command that acts, which goes on
/// whether its output is read or not.
pub fn report(text: impl Display) {
    if print(&text).is_err() {
        write_to_stderr(&text.to_string());
    }
}

pub fn report_line(text: impl Display) {
    report(format_args!("{text}\n"));
}

/// Prints a line on stderr, if that takes it.
pub fn print_error(text: impl Display) {
    write_to_stderr(&format!("{text}\n"));
}

/// As [`print_error`], waiting no longer than a second: for the end of a process, which a
/// reader that stalls must not hold up.
pub fn print_last_words(text: impl Display) {
    let text = format!("{text}\n");
    let (done, printed) = mpsc::channel();
    let print = move || {
        write_to_stderr(&text);
        // The wait may be over.
        let _ = done.send(());
    };
    if thread::Builder::new().spawn(print).is_ok() {
        let _ = printed.recv_timeout(LAST_WORDS_TIMEOUT);
    }
}

/// The exit code of a command that only checks: 0, or 1 with what is wrong on stderr.
pub fn exit_code(checked: Result<(), impl Display>) -> ExitCode {
    match checked {
        Ok(()) => ExitCode::SUCCESS,
        Err(wrong) => {
            print_last_words(wrong);
            ExitCode::FAILURE
        }
    }
}

fn write_to_stderr(text: &str) {
    // There is no other place to say it.
    let _ = io::stderr().lock().write_all(text.as_bytes());
}
