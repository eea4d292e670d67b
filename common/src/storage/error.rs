use std::borrow::Cow;
use std::time::Duration;

use sqlx::mysql::MySqlDatabaseError;

use super::classify::{self, Kind};

/// Whether and when to try again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ErrorClass {
    /// It may work soon: retry with backoff.
    Transient,
    /// It may work after someone made room on the server: retry slowly.
    SlowTransient,
    /// It works only after someone changed the system: stop, and say what to do.
    System,
}

impl ErrorClass {
    /// Every class.
    pub const ALL: [Self; 3] = [Self::Transient, Self::SlowTransient, Self::System];

    /// The class's name in metrics and logs.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Transient => "transient",
            Self::SlowTransient => "slow_transient",
            Self::System => "system",
        }
    }
}

/// Why the database did not do what was asked: never the caller's fault.
///
/// What the database did before it failed is unknown. The message is a sentence that says what to
/// do; it holds neither SQL nor values, which MySQL's own messages do.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{sentence}")]
pub struct StorageError {
    class: ErrorClass,
    code: Option<u16>,
    fingerprint: String,
    sentence: Cow<'static, str>,
}

impl StorageError {
    /// Whether and when to try again.
    pub fn class(&self) -> ErrorClass {
        self.class
    }

    /// MySQL's error number, when it was MySQL that answered.
    pub fn code(&self) -> Option<u16> {
        self.code
    }

    /// Equal for errors of the same cause.
    pub fn fingerprint(&self) -> &str {
        &self.fingerprint
    }

    /// An error that did not come from MySQL itself; a store of another kind makes its own.
    pub fn new(
        class: ErrorClass,
        fingerprint: &str,
        sentence: impl Into<Cow<'static, str>>,
    ) -> Self {
        Self { class, code: None, fingerprint: fingerprint.to_owned(), sentence: sentence.into() }
    }
}

/// Why one statement failed.
#[derive(Debug)]
pub(super) struct Failure {
    pub(super) kind: Kind,
    pub(super) code: Option<u16>,
    pub(super) fingerprint: String,
    sentence: Option<&'static str>,
}

impl Failure {
    /// The statement took longer than `limit`; whether it took effect is unknown.
    pub(super) fn timed_out(limit: Duration) -> Self {
        tracing::debug!(limit_s = limit.as_secs_f64(), "a statement was given up");
        Self {
            kind: Kind::Transient,
            code: None,
            fingerprint: "statement_timeout".to_owned(),
            sentence: Some(
                "MySQL did not answer in time (REGISTRAR_DATABASE_STATEMENT_TIMEOUT): see \
                 whether it is overloaded, or whether something holds locks.",
            ),
        }
    }

    /// A connection that was given up has not ended on the server.
    pub(super) fn given_up_still_there() -> Self {
        Self {
            kind: Kind::Transient,
            code: None,
            fingerprint: "given_up_still_there".to_owned(),
            sentence: Some(
                "MySQL has not ended a statement that was given up: see whether it is overloaded, \
                 or whether its disk is stuck.",
            ),
        }
    }

    /// Whether the connection can be used again: the server answered, and with an answer that
    /// says nothing of the connection.
    pub(super) fn leaves_connection_usable(&self) -> bool {
        matches!(self.kind, Kind::Duplicate | Kind::RowRefused)
    }
}

impl From<sqlx::Error> for Failure {
    fn from(error: sqlx::Error) -> Self {
        let answer = error
            .as_database_error()
            .and_then(|answer| answer.try_downcast_ref::<MySqlDatabaseError>());
        if let Some(answer) = answer {
            let number = answer.number();
            Self {
                kind: classify::of_number(number, answer.code()),
                code: Some(number),
                fingerprint: match column_named_in(answer.message()) {
                    Some(column) => format!("mysql_{number}_{column}"),
                    None => format!("mysql_{number}"),
                },
                sentence: None,
            }
        } else {
            let (kind, name) = classify::of_connection(&error);
            Self { kind, code: None, fingerprint: name.to_owned(), sentence: None }
        }
    }
}

impl From<Failure> for StorageError {
    fn from(failure: Failure) -> Self {
        // Where a row may be refused the caller of the statement has dealt with it.
        let class = failure.kind.class().unwrap_or(ErrorClass::System);
        let advice = failure.sentence.unwrap_or_else(|| advice(class, &failure));
        let sentence = match failure.code {
            Some(code) => format!("{advice} (MySQL error {code})").into(),
            None => advice.into(),
        };
        Self { class, code: failure.code, fingerprint: failure.fingerprint, sentence }
    }
}

fn advice(class: ErrorClass, failure: &Failure) -> &'static str {
    match (class, failure.code) {
        (_, Some(1044 | 1142)) => {
            "The database user lacks a right: grant it SELECT, INSERT, UPDATE and DELETE on the \
             database in DATABASE_URL, and CREATE for `registrar migrate`."
        }
        (_, Some(1045 | 1698)) => {
            "MySQL refuses the user or the password in DATABASE_URL: correct it."
        }
        (_, Some(1049)) => "The database in DATABASE_URL does not exist: run `registrar migrate`.",
        (_, Some(1054 | 1146)) => {
            "The tables of this version are not there: run `registrar migrate`."
        }
        (_, Some(1064)) => {
            "MySQL does not understand this version's SQL: use MySQL 8.0 or later, or MariaDB \
             10.11 or later."
        }
        (_, Some(1153)) => {
            "A message is larger than MySQL takes: raise max_allowed_packet on the server."
        }
        (_, Some(1040 | 1203 | 1226)) => {
            "MySQL has no connection left: raise max_connections or lower \
             REGISTRAR_DATABASE_CONNECTIONS."
        }
        (_, Some(1290 | 1792 | 1836)) => {
            "MySQL is read-only: see whether DATABASE_URL names the primary."
        }
        (ErrorClass::SlowTransient, _) => "The disk of MySQL is full: make room.",
        (ErrorClass::Transient, Some(_)) => {
            "MySQL could not do it just now; it can be tried again."
        }
        (ErrorClass::Transient, None) => {
            "MySQL cannot be reached: see whether it runs and whether DATABASE_URL is right."
        }
        (ErrorClass::System, None) => match failure.fingerprint.as_str() {
            "configuration" => "DATABASE_URL cannot be used: see its ssl-* parameters.",
            "unexpected_row" => {
                "The tables are not those of this version: run `registrar migrate`."
            }
            _ => "The MySQL driver failed in a way that should not happen: please report it.",
        },
        (ErrorClass::System, Some(_)) => {
            "MySQL refuses a statement of this version: look the number up in its manual."
        }
    }
}

/// The column that MySQL's message blames. Only names that we know ourselves: the rest of the
/// message may be a student's data.
fn column_named_in(message: &str) -> Option<&'static str> {
    const COLUMNS: [&str; 5] = ["first_name", "last_name", "email", "email_key", "accepted_at"];
    COLUMNS.into_iter().find(|column| {
        message.contains(&format!("'{column}'")) || message.contains(&format!("`{column}`"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answered(kind: Kind, code: u16) -> StorageError {
        let fingerprint = format!("mysql_{code}");
        Failure { kind, code: Some(code), fingerprint, sentence: None }.into()
    }

    #[test]
    fn a_missing_table_says_what_to_do() {
        let error = answered(Kind::System, 1146);
        assert_eq!(
            error.to_string(),
            "The tables of this version are not there: run `registrar migrate`. (MySQL error 1146)"
        );
        assert_eq!((error.class(), error.code()), (ErrorClass::System, Some(1146)));
    }

    #[test]
    fn a_lost_connection_is_transient_and_says_where_to_look() {
        let broken = std::io::Error::from(std::io::ErrorKind::BrokenPipe);
        let error = StorageError::from(Failure::from(sqlx::Error::Io(broken)));
        assert_eq!(error.class(), ErrorClass::Transient);
        assert_eq!(error.fingerprint(), "io");
        assert!(error.to_string().contains("DATABASE_URL"));
    }

    #[test]
    fn a_fingerprint_names_our_own_columns_only() {
        for (message, column) in [
            ("Data too long for column 'first_name' at row 2", Some("first_name")),
            (
                "Incorrect string value: 'x' for column `r`.`students`.`email` at row 1",
                Some("email"),
            ),
            ("Column 'password' cannot be null", None),
        ] {
            assert_eq!(column_named_in(message), column);
        }
    }
}
