//! What can go wrong with the local stack, each as a sentence that says what to do.

use std::io;
use std::path::PathBuf;
use std::time::Duration;

/// Why a server could not be installed, started, asked or stopped.
#[derive(Debug, thiserror::Error)]
pub enum StackError {
    /// A program is not on this machine. Installing it helps.
    #[error("{what} is not installed. Install it with: {command}")]
    NotInstalled { what: &'static str, command: String },
    /// Another program listens on a port that was asked for.
    #[error(
        "Port {port} is already in use, so {what} cannot start. See what uses it with \
         `ss -ltnp 'sport = :{port}'`, stop that, and try again."
    )]
    PortTaken { what: &'static str, port: u16 },
    /// None of the ports set aside for private servers is free.
    #[error("No port between {first} and {last} is free on 127.0.0.1. Stop some servers.")]
    NoFreePort { first: u16, last: u16 },
    /// A server, perhaps left over, still runs on the data folder.
    #[error(
        "{what} still runs on {} as process {pid}. If it is not needed, stop it with \
         `kill {pid}` and try again.",
        dir.display()
    )]
    DataInUse {
        what: &'static str,
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
    DiskFull { what: &'static str, dir: PathBuf, free_mb: u64, needed_mb: u64 },
    #[error("{what} ended by itself ({status}). The end of its log {}:\n{tail}", log.display())]
    Ended { what: &'static str, status: String, log: PathBuf, tail: String },
    #[error(
        "{what} did not answer within {} s. The end of its log {}:\n{tail}",
        waited.as_secs(),
        log.display()
    )]
    NoAnswer { what: &'static str, waited: Duration, log: PathBuf, tail: String },
    /// A server refused a request of ours, or a helper program failed.
    #[error("{what} failed: {detail}")]
    Refused { what: String, detail: String },
    #[error("{name} is not usable: {reason}")]
    BadAddress {
        name: &'static str,
        /// What is wrong with it. Never the address, which may hold a password.
        reason: &'static str,
    },
    #[error("{what}: {source}")]
    Io { what: String, source: io::Error },
}

impl StackError {
    pub(crate) fn io(what: impl Into<String>) -> impl FnOnce(io::Error) -> Self {
        let what = what.into();
        move |source| Self::Io { what, source }
    }
}
