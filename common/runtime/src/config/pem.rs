use std::{fs, io};

/// Why a file that a setting names is of no use: the operator's fault. Does not hold its text, which
/// may be a key.
#[derive(Debug, thiserror::Error)]
pub enum PemError {
    #[error(transparent)]
    Unreadable(#[from] io::Error),
    #[error("it holds none in PEM format")]
    Missing,
}

pub fn certificate_pem(path: &str) -> Result<String, PemError> {
    read(path, "-----BEGIN CERTIFICATE-----")
}

/// The text of a file with a private key, of any kind.
pub fn private_key_pem(path: &str) -> Result<String, PemError> {
    read(path, "PRIVATE KEY-----")
}

fn read(path: &str, mark: &str) -> Result<String, PemError> {
    let text = fs::read_to_string(path)?;
    if text.contains(mark) { Ok(text) } else { Err(PemError::Missing) }
}
