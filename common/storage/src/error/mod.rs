pub(crate) mod classify;
mod connection;
mod server;

use std::borrow::Cow;
use std::time::Duration;

use sqlx::mysql::MySqlDatabaseError;

use self::classify::Kind;
use self::connection::ConnectionError;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ErrorClass {
    /// It may work soon: retry with backoff.
    Transient,
    /// It may work after an operator made room on the server: retry slowly.
    SlowTransient,
    /// It works only after an operator changed the system: stop, and say what to do.
    System,
}

impl ErrorClass {
    pub const ALL: [Self; 3] = [Self::Transient, Self::SlowTransient, Self::System];

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

const STATEMENT_TIMEOUT: &str = "statement_timeout";

#[derive(Clone, Debug)]
pub(crate) struct Failure {
    pub(crate) kind: Kind,
    pub(crate) code: Option<u16>,
    pub(crate) fingerprint: String,
    advice: Cow<'static, str>,
}

impl Failure {
    /// The statement took longer than `limit`; whether it took effect is unknown.
    pub(crate) fn timed_out(limit: Duration) -> Self {
        tracing::debug!(limit_s = limit.as_secs_f64(), "a statement timed out");
        Self::transient(
            STATEMENT_TIMEOUT,
            "MySQL did not answer in time (REGISTRAR_DATABASE_STATEMENT_TIMEOUT): see whether it is \
             overloaded, or whether something holds locks.",
        )
    }

    /// The same, when it is not the row that has to be changed, but the table.
    pub(crate) fn for_every_row(self, advice: &'static str) -> Self {
        Self { kind: Kind::System, advice: advice.into(), ..self }
    }

    /// Whether it waited for something that may concern a few of its rows only, such as a lock.
    pub(crate) fn is_timeout(&self) -> bool {
        // Lock wait timeout; statement timeouts of MariaDB, of MySQL, and our own.
        matches!(self.code, Some(1205 | 1969 | 3024)) || self.fingerprint == STATEMENT_TIMEOUT
    }

    /// Every connection was in use for as long as one may be waited for.
    pub(crate) fn no_free_connection() -> Self {
        Self::transient(
            "no_free_connection",
            "No connection to MySQL became free: see whether MySQL answers and what makes it slow, \
             or raise REGISTRAR_DATABASE_CONNECTIONS.",
        )
    }

    fn transient(fingerprint: &str, advice: &'static str) -> Self {
        let (kind, fingerprint) = (Kind::Transient, fingerprint.to_owned());
        Self { kind, code: None, fingerprint, advice: advice.into() }
    }

    /// Whether the connection can be used again: the server answered, and with an answer that
    /// says nothing of the connection.
    pub(crate) fn leaves_connection_usable(&self) -> bool {
        matches!(self.kind, Kind::Duplicate | Kind::RowRefused) || self.code == Some(1205)
    }
}

impl From<sqlx::Error> for Failure {
    fn from(error: sqlx::Error) -> Self {
        let answer = error
            .as_database_error()
            .and_then(|answer| answer.try_downcast_ref::<MySqlDatabaseError>());
        if let Some(answer) = answer {
            let number = answer.number();
            let kind = classify::from_number(number, answer.code());
            Self {
                kind,
                code: Some(number),
                fingerprint: match column_named_in(answer.message()) {
                    Some(column) => format!("mysql_{number}_{column}"),
                    None => format!("mysql_{number}"),
                },
                advice: advice(number, kind).into(),
            }
        } else {
            let ConnectionError { kind, name, advice } = (&error).into();
            Self { kind, code: None, fingerprint: name.to_owned(), advice }
        }
    }
}

impl From<sqlx::Error> for StorageError {
    fn from(error: sqlx::Error) -> Self {
        Failure::from(error).into()
    }
}

impl From<Failure> for StorageError {
    fn from(Failure { kind, code, fingerprint, advice }: Failure) -> Self {
        // Where a row may be refused the caller of the statement has dealt with it.
        let class = kind.class().unwrap_or(ErrorClass::System);
        let sentence = match code {
            Some(code) => format!("{advice} (MySQL error {code})").into(),
            None => advice,
        };
        Self { class, code, fingerprint, sentence }
    }
}

fn advice(number: u16, kind: Kind) -> &'static str {
    if let Some(answer) = server::find(number) {
        return answer.advice;
    }
    match kind {
        Kind::Transient | Kind::SlowTransient => {
            "MySQL could not do it just now: see its error log, and that of a proxy before it, if \
             this goes on."
        }
        Kind::Duplicate | Kind::RowRefused | Kind::SplitBatch => {
            "A table refuses what is written to it: see its constraints and triggers, and remove \
             the one that does."
        }
        Kind::System => {
            "MySQL refuses a statement of this version: run `registrar doctor`, which tries what is \
             needed; if all is well there, report the error's number and the server's version."
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

    fn answered(code: u16, sqlstate: &str) -> StorageError {
        let kind = classify::from_number(code, Some(sqlstate));
        let fingerprint = format!("mysql_{code}");
        Failure { kind, code: Some(code), fingerprint, advice: advice(code, kind).into() }.into()
    }

    #[test]
    fn every_answer_of_the_server_says_what_to_do() {
        for sqlstate in ["HY000", "42000", "23000", "45000", "08S01"] {
            for code in [1048, 1146, 1205, 1290, 1644, 2003, 3032, 4025, 9999] {
                let sentence = answered(code, sqlstate).to_string();
                assert!(sentence.contains(": "), "{sentence}");
                assert!(sentence.ends_with(&format!(". (MySQL error {code})")), "{sentence}");
                assert!(!sentence.contains("manual"), "{sentence}");
            }
        }
    }

    #[test]
    fn what_no_row_would_pass_is_the_tables_fault() {
        for code in [1048, 1364] {
            let error = answered(code, "HY000");
            assert_eq!(error.class(), ErrorClass::System);
            assert!(error.to_string().contains("column"), "{error}");
        }
    }

    #[test]
    fn what_a_trigger_may_not_do_is_the_triggers_fault() {
        for code in [1422, 1442, 1663, 1785, 3098] {
            let error = answered(code, "HY000");
            assert_eq!(error.class(), ErrorClass::System);
            assert!(error.to_string().contains("trigger"), "{error}");
        }
    }

    #[test]
    fn a_missing_table_says_what_to_do() {
        let error = answered(1146, "42S02");
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
