//! Files in PEM format that settings name, read at the start.

use std::fmt;

use registrar_runtime::config::{PemError, certificate_pem, private_key_pem};

/// What a file holds. Not shown, since it may be a key.
#[derive(Clone)]
pub struct PemFile(pub(super) String);

impl fmt::Debug for PemFile {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("PemFile(***)")
    }
}

pub(super) fn certificate(path: &str) -> Result<PemFile, String> {
    certificate_pem(path).map(PemFile).map_err(sentence)
}

pub(super) fn private_key(path: &str) -> Result<PemFile, String> {
    private_key_pem(path).map(PemFile).map_err(sentence)
}

fn sentence(error: PemError) -> String {
    match error {
        PemError::Unreadable(error) => format!("it cannot be read: {error}"),
        PemError::Missing => error.to_string(),
    }
}
