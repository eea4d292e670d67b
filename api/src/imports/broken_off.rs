use std::io;

use registrar_import_file::{FileError, ReadError};

/// Why a file was not read to its end, after some of it was.
#[derive(Debug)]
pub enum BrokenOff {
    /// The file is at fault.
    File(FileError),
    /// The upload broke off.
    Upload(io::Error),
    /// It has more rows than are taken.
    TooManyRows,
}

impl BrokenOff {
    /// The stable code that programs compare.
    pub fn code(&self) -> &'static str {
        match self {
            Self::File(error) => error.code(),
            Self::Upload(error) => match error.kind() {
                io::ErrorKind::TimedOut => "upload_too_slow",
                io::ErrorKind::Interrupted => "service_stopping",
                _ => "upload_broken_off",
            },
            Self::TooManyRows => "too_many_rows",
        }
    }

    /// What happened, and what to do about it.
    pub fn message(&self) -> String {
        match self {
            Self::File(error) => error.to_string(),
            Self::Upload(_) => {
                "The upload broke off before its end. Upload the same file again: what is registered \
                 already stays as it is."
                    .to_owned()
            }
            Self::TooManyRows => {
                "The file has more rows than are taken. Split it, and import its parts one after the \
                 other."
                    .to_owned()
            }
        }
    }
}

impl From<ReadError> for BrokenOff {
    fn from(error: ReadError) -> Self {
        match error {
            ReadError::File(error) => Self::File(error),
            ReadError::Source(error) => Self::Upload(error),
        }
    }
}
