//! What can go wrong with the local stack, each as a sentence that says what to do.

use std::io;
use std::path::PathBuf;
use std::time::Duration;

/// Why a server could not be installed, started, asked or stopped.
#[derive(Debug, thiserror::Error)]
pub enum StackError {
    /// A program is not on this machine. Installing it helps.
    #[error("{what} is not installed. Install it with: {command}")]
    NotInstalled {
        /// The program, in words.
        what: &'static str,
        /// The command to copy.
        command: String,
    },
    /// Node.js is there or could be installed, but is too old to build the pages.
    #[error(
        "The pages need Node.js 20.19, 22.13, 24 or newer, but {who} {found}. Install one, for \
         example from https://nodejs.org/en/download, and try again."
    )]
    NodeTooOld {
        /// The version found.
        found: String,
        /// Where it was found, as the beginning of a sentence.
        who: &'static str,
    },
    /// Another program listens on a port that was asked for.
    #[error(
        "Port {port} is already in use, so {what} cannot start. See what uses it with \
         `ss -ltnp 'sport = :{port}'`, stop that, and try again."
    )]
    PortTaken {
        /// Who wanted the port.
        what: &'static str,
        /// The TCP port on 127.0.0.1.
        port: u16,
    },
    /// None of the ports set aside for private servers is free.
    #[error("No port between {first} and {last} is free on 127.0.0.1. Stop some servers.")]
    NoFreePort {
        /// Lowest port tried.
        first: u16,
        /// Highest port tried.
        last: u16,
    },
    /// A server, perhaps left over, still runs on the data folder.
    #[error(
        "{what} still runs on {} as process {pid}. If it is not needed, stop it with \
         `kill {pid}` and try again.",
        dir.display()
    )]
    DataInUse {
        /// The server, in words.
        what: &'static str,
        /// The data folder.
        dir: PathBuf,
        /// The process that holds it, as far as known.
        pid: String,
    },
    /// The disk is too full for a server to work.
    #[error(
        "Only {free_mb} MB are free on the disk of {}; {what} needs {needed_mb} MB. \
         Make room and try again.",
        dir.display()
    )]
    DiskFull {
        /// The server, in words.
        what: &'static str,
        /// The data folder.
        dir: PathBuf,
        /// Free space in megabytes.
        free_mb: u64,
        /// Needed space in megabytes.
        needed_mb: u64,
    },
    /// A server ended while it was needed.
    #[error("{what} ended by itself ({status}). The end of its log {}:\n{tail}", log.display())]
    Ended {
        /// The server, in words.
        what: &'static str,
        /// How it ended.
        status: String,
        /// Where its whole log is.
        log: PathBuf,
        /// The log's last lines.
        tail: String,
    },
    /// A server runs but did not answer in time.
    #[error(
        "{what} did not answer within {} s. The end of its log {}:\n{tail}",
        waited.as_secs(),
        log.display()
    )]
    NoAnswer {
        /// The server, in words.
        what: &'static str,
        /// How long it was given.
        waited: Duration,
        /// Where its whole log is.
        log: PathBuf,
        /// The log's last lines.
        tail: String,
    },
    /// A server refused a request of ours, or a helper program failed.
    #[error("{what} failed: {detail}")]
    Refused {
        /// What was attempted.
        what: String,
        /// What came back.
        detail: String,
    },
    /// An address given from outside cannot be read.
    #[error("{name} is not usable: {reason}")]
    BadAddress {
        /// The setting's name.
        name: &'static str,
        /// What is wrong with it. Never the address, which may hold a password.
        reason: &'static str,
    },
    /// The operating system refused something.
    #[error("{what}: {source}")]
    Io {
        /// What was attempted.
        what: String,
        /// The system's answer.
        source: io::Error,
    },
}

impl StackError {
    /// For `map_err`: the system's answer with what was attempted.
    pub(crate) fn io(what: impl Into<String>) -> impl FnOnce(io::Error) -> Self {
        let what = what.into();
        move |source| Self::Io { what, source }
    }
}
