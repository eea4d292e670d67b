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

    /// A cancellation did not reach RabbitMQ, or may not have. Twice it does no harm.
    pub fn import_not_cancelled(error: PublishError) -> Self {
        let sentence =
            "The import could not be cancelled right now. Repeat the request in a moment.";
        Self::new(ProblemKind::CannotAcceptNow, sentence).retry_after(error.retry_after())
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
        BrokenOff::Upload(_) => ProblemKind::MalformedRequest,
    };
    about_file(kind, why.code(), why.message())
}

fn not_published(rows: u64, error: PublishError) -> Problem {
    let (kind, sentence) = if rows == 0 && error != PublishError::Unknown {
        let sentence = "We cannot take imports right now. Upload the file again in a moment.";
        (ProblemKind::CannotAcceptNow, sentence.to_owned())
    } else {
        let bound = if error == PublishError::Unknown { "At least " } else { "" };
        let sentence = format!(
            "{bound}{rows} rows were accepted, then the service could take no more. Upload the same \
             file again in a moment: what is registered already stays as it is."
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

#[cfg(test)]
mod tests {
    use registrar_import_file::FileKind;

    use super::*;

    #[test]
    fn every_end_of_an_upload_has_its_problem_and_its_advice() {
        let publish = |rows, error| ImportError::Publish { rows, error };
        let broken = |kind: io::ErrorKind| ImportError::Unreadable(BrokenOff::Upload(kind.into()));
        let file = |error| ImportError::Unreadable(BrokenOff::File(error));
        let (unavailable, unknown) = (PublishError::Unavailable, PublishError::Unknown);
        for (error, kind, advice) in [
            (file(FileError::Empty), ProblemKind::UnreadableFile, "empty"),
            (file(FileError::JsonArrayTooLarge), ProblemKind::FileTooLarge, "NDJSON"),
            (file(FileError::NotText(FileKind::Pdf)), ProblemKind::UnsupportedMediaType, "PDF"),
            (ImportError::NoRows, ProblemKind::UnreadableFile, "no rows"),
            (broken(io::ErrorKind::TimedOut), ProblemKind::BodyTimeout, "same file again"),
            (broken(io::ErrorKind::Interrupted), ProblemKind::CannotAcceptNow, "stops just now"),
            (broken(io::ErrorKind::Other), ProblemKind::MalformedRequest, "same file again"),
            (publish(0, unavailable), ProblemKind::CannotAcceptNow, "cannot take imports"),
            (publish(0, unknown), ProblemKind::ImportInterrupted, "At least 0 rows were accepted"),
            (publish(500, unavailable), ProblemKind::ImportInterrupted, "500 rows were accepted"),
            (publish(500, unknown), ProblemKind::ImportInterrupted, "At least 500 rows"),
            (ImportError::Internal, ProblemKind::InternalError, "same file again"),
        ] {
            let described = format!("{error:?}");
            let problem = Problem::from(error);
            assert_eq!(problem.kind(), kind, "{described}");
            assert!(format!("{problem:?}").contains(advice), "{described}: {problem:?}");
        }
    }
}
