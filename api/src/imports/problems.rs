use std::io;
use std::time::Duration;

use axum::http::{HeaderValue, header};
use registrar_domain::UnknownImport;
use registrar_import_file::FileError;
use registrar_messaging::PublishError;
use registrar_storage::StorageError;

use super::broken_off::BrokenOff;
use super::key_limits::Refused;
use super::outcome::ImportError;
use crate::problem::{Problem, ProblemKind, ProblemPart};

/// MySQL is back within seconds, as a rule.
const READ_AGAIN: Duration = Duration::from_secs(5);

impl From<ImportError> for Problem {
    fn from(error: ImportError) -> Self {
        match error {
            ImportError::Unreadable(why) => unreadable(&why),
            ImportError::NoRows => about_file(
                ProblemKind::UnreadableFile,
                "no_rows",
                "The file has a header and no rows below it.".to_owned(),
            ),
            ImportError::Publish { rows, error } => not_published(rows, error),
            ImportError::Storage(error) => Self::imports_unreadable(&error),
            ImportError::Internal => Self::new(
                ProblemKind::InternalError,
                "Something went wrong on our side. Upload the same file again in a moment: what is \
                 registered already stays as it is.",
            ),
        }
    }
}

impl From<Refused> for Problem {
    fn from(refused: Refused) -> Self {
        let (kind, sentence) = match refused {
            Refused::TooManyAtOnce => (
                ProblemKind::TooManyImports,
                "Other uploads with this key are under way. Upload this file when they have ended.",
            ),
            Refused::TooManyAMinute(_) => (
                ProblemKind::TooManyImports,
                "Too many files were uploaded with this key within a minute. Wait a moment.",
            ),
            Refused::TooManyRowsADay(_) => (
                ProblemKind::TooManyImports,
                "This key has imported as many rows today as it may. Upload the file tomorrow, or ask \
                 for a higher limit.",
            ),
            Refused::Busy => (
                ProblemKind::CannotAcceptNow,
                "Too many files are being uploaded right now. Upload yours in a few seconds.",
            ),
        };
        Self::new(kind, sentence).retry_after(refused.retry_after())
    }
}

impl From<UnknownImport> for Problem {
    fn from(unknown: UnknownImport) -> Self {
        Self::new(ProblemKind::UnknownImport, unknown.to_string())
    }
}

impl Problem {
    /// MySQL does not answer.
    pub fn imports_unreadable(error: &StorageError) -> Self {
        tracing::warn!(%error, "imports cannot be read");
        let sentence = "Imports cannot be looked up right now. Please try again in a few seconds.";
        Self::new(ProblemKind::CannotAcceptNow, sentence).retry_after(READ_AGAIN)
    }
}

/// Nothing of the file was accepted.
fn unreadable(why: &BrokenOff) -> Problem {
    let kind = match why {
        BrokenOff::File(
            FileError::TooLarge { .. }
            | FileError::JsonArrayTooLarge
            | FileError::ExpandsTooMuch { .. },
        )
        | BrokenOff::TooManyRows => ProblemKind::FileTooLarge,
        BrokenOff::File(FileError::NotText(_)) => ProblemKind::UnsupportedMediaType,
        BrokenOff::File(_) => ProblemKind::UnreadableFile,
        BrokenOff::Upload(error) if error.kind() == io::ErrorKind::TimedOut => {
            ProblemKind::BodyTimeout
        }
        BrokenOff::Upload(error) if error.kind() == io::ErrorKind::Interrupted => {
            return Problem::new(
                ProblemKind::CannotAcceptNow,
                "The service stops just now. Upload the file again in a moment.",
            )
            .retry_after(PublishError::Unavailable.retry_after());
        }
        BrokenOff::Upload(_) | BrokenOff::Refused => ProblemKind::MalformedRequest,
    };
    about_file(kind, why.code(), why.message())
}

fn not_published(rows: u64, error: PublishError) -> Problem {
    let (kind, sentence) = if rows == 0 && error != PublishError::Unknown {
        let sentence = "We cannot take imports right now. Upload the file again in a moment.";
        (ProblemKind::CannotAcceptNow, sentence.to_owned())
    } else {
        let sentence = format!(
            "{rows} rows were accepted, then the service could take no more. Upload the same file \
             again in a moment: what is registered already stays as it is."
        );
        (ProblemKind::ImportInterrupted, sentence)
    };
    Problem::new(kind, sentence).retry_after(error.retry_after())
}

fn about_file(kind: ProblemKind, code: &'static str, message: String) -> Problem {
    let part = ProblemPart { pointer: None, code, message: message.clone(), violation: None };
    Problem::new(kind, message).with_errors(vec![part])
}

/// There is no key, or none that may be used now.
pub fn unauthorized(sentence: &str, is_wrong: bool) -> Problem {
    let challenge = if is_wrong {
        "Bearer realm=\"imports\", error=\"invalid_token\""
    } else {
        "Bearer realm=\"imports\""
    };
    Problem::new(ProblemKind::Unauthorized, sentence)
        .with_header(header::WWW_AUTHENTICATE, HeaderValue::from_static(challenge))
}
