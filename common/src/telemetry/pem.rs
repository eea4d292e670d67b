//! Files in PEM format that settings name, read at the start.

use std::fmt;
use std::fs;

/// What a file holds. Not shown, since it may be a key.
#[derive(Clone)]
pub struct PemFile(pub(super) String);

impl fmt::Debug for PemFile {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("PemFile(***)")
    }
}

pub(super) fn certificate(path: &str) -> Result<PemFile, String> {
    read(path, "-----BEGIN CERTIFICATE-----")
}

pub(super) fn private_key(path: &str) -> Result<PemFile, String> {
    read(path, "PRIVATE KEY-----")
}

fn read(path: &str, mark: &str) -> Result<PemFile, String> {
    let text = fs::read_to_string(path).map_err(|error| format!("it cannot be read: {error}"))?;
    if !text.contains(mark) {
        return Err("it holds none in PEM format".to_owned());
    }
    Ok(PemFile(text))
}
