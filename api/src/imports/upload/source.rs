//! The bytes of an upload, for the thread that reads them.

use std::io;
use std::io::Read;

use axum::body::Bytes;
use data_encoding::HEXLOWER;
use sha2::{Digest as _, Sha256};
use tokio::sync::mpsc;

/// The bytes of an upload, as they come; an error where it breaks off.
pub struct Upload {
    parts: mpsc::Receiver<io::Result<Bytes>>,
    part: Bytes,
}

impl Upload {
    /// So many parts of an upload wait to be read at most.
    const WAITING: usize = 4;

    pub fn new() -> (mpsc::Sender<io::Result<Bytes>>, Self) {
        let (sender, parts) = mpsc::channel(Self::WAITING);
        (sender, Self { parts, part: Bytes::new() })
    }
}

impl Read for Upload {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        while self.part.is_empty() {
            match self.parts.blocking_recv() {
                Some(part) => self.part = part?,
                None => return Ok(0),
            }
        }
        let length = into.len().min(self.part.len());
        into[..length].copy_from_slice(&self.part.split_to(length));
        Ok(length)
    }
}

/// Counts and hashes what is read.
pub struct Counted {
    upload: Upload,
    bytes: u64,
    hash: Sha256,
}

impl Counted {
    pub fn new(upload: Upload) -> Self {
        Self { upload, bytes: 0, hash: Sha256::new() }
    }

    pub fn total(&self) -> u64 {
        self.bytes
    }

    /// In hexadecimal digits.
    pub fn into_sha256(self) -> String {
        HEXLOWER.encode(&self.hash.finalize())
    }
}

impl Read for Counted {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let length = self.upload.read(into)?;
        self.bytes += length as u64;
        self.hash.update(&into[..length]);
        Ok(length)
    }
}
