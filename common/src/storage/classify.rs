//! What an error of MySQL or of the connection means for the statement that met it.

use super::ErrorClass;

/// What to do about a statement that failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// A unique key has the value already. The statement did nothing.
    Duplicate,
    /// A value of a row can never be stored. The statement did nothing.
    RowRefused,
    /// The statement is too long for the server. It did nothing.
    SplitBatch,
    /// It may work soon.
    Transient,
    /// It may work after someone made room.
    SlowTransient,
    /// It works only after someone changed the system.
    System,
}

impl Kind {
    /// Whether and when to try again; none for what is said of a row and not of the server.
    pub(super) fn class(self) -> Option<ErrorClass> {
        match self {
            Self::Transient => Some(ErrorClass::Transient),
            Self::SlowTransient => Some(ErrorClass::SlowTransient),
            Self::System => Some(ErrorClass::System),
            Self::Duplicate | Self::RowRefused | Self::SplitBatch => None,
        }
    }
}

const TRANSIENT: [u16; 30] = [
    1020, 1040, 1047, 1053, 1129, 1158, 1159, 1160, 1161, 1180, 1203, 1205, 1206, 1213, 1226, 1290,
    1317, 1412, 1615, 1637, 1792, 1836, 1927, 1969, 3024, 3100, 3101, 3168, 3169, 4031,
];
const SLOW_TRANSIENT: [u16; 2] = [1021, 1114];
const SYSTEM: [u16; 8] = [1044, 1045, 1049, 1054, 1064, 1142, 1146, 1698];

/// The errors of the server that can be known beforehand.
pub(super) fn known() -> impl Iterator<Item = (u16, ErrorClass)> {
    let all = |class, numbers: &'static [u16]| numbers.iter().map(move |number| (*number, class));
    all(ErrorClass::Transient, &TRANSIENT)
        .chain(all(ErrorClass::SlowTransient, &SLOW_TRANSIENT))
        .chain(all(ErrorClass::System, &SYSTEM))
}

/// The kind of MySQL's or MariaDB's error `number` with this SQLSTATE.
///
/// Numbers first: SQLSTATE lumps most of them together. Of numbers that are not listed, the
/// SQLSTATE's class tells bad data from the rest; what is left is for a person to look at.
pub(super) fn of_number(number: u16, sqlstate: Option<&str>) -> Kind {
    match number {
        1062 => Kind::Duplicate,
        // 1644 is a SIGNAL, by which a trigger refuses a row.
        1048 | 1264 | 1292 | 1364 | 1366 | 1406 | 1644 | 1690 | 3819 => Kind::RowRefused,
        // MySQL has the number for something else.
        4025 if sqlstate == Some("23000") => Kind::RowRefused,
        1153 => Kind::SplitBatch,
        _ if TRANSIENT.contains(&number) => Kind::Transient,
        _ if SLOW_TRANSIENT.contains(&number) => Kind::SlowTransient,
        _ if SYSTEM.contains(&number) => Kind::System,
        _ => match sqlstate.and_then(|state| state.get(..2)) {
            // Data exception; integrity constraint violation; raised by a trigger.
            Some("22" | "23" | "45") => Kind::RowRefused,
            // Connection exception; transaction rollback; interrupted; insufficient resources.
            Some("08" | "40" | "70" | "53") => Kind::Transient,
            _ => Kind::System,
        },
    }
}

/// The kind of an error that is not the server's answer, and its name in fingerprints.
pub(super) fn of_connection(error: &sqlx::Error) -> (Kind, &'static str) {
    match error {
        sqlx::Error::Io(_) => (Kind::Transient, "io"),
        sqlx::Error::Tls(_) => (Kind::Transient, "tls"),
        sqlx::Error::Protocol(_) => (Kind::Transient, "protocol"),
        sqlx::Error::PoolTimedOut => (Kind::Transient, "no_connection"),
        sqlx::Error::PoolClosed => (Kind::Transient, "pool_closed"),
        sqlx::Error::WorkerCrashed => (Kind::Transient, "worker_crashed"),
        sqlx::Error::BeginFailed => (Kind::Transient, "begin_failed"),
        sqlx::Error::Configuration(_) => (Kind::System, "configuration"),
        // The tables do not have the columns or types that this version reads.
        sqlx::Error::ColumnDecode { .. }
        | sqlx::Error::ColumnNotFound(_)
        | sqlx::Error::ColumnIndexOutOfBounds { .. }
        | sqlx::Error::Decode(_) => (Kind::System, "unexpected_row"),
        _ => (Kind::System, "driver"),
    }
}

#[cfg(test)]
mod tests {
    use std::io;

    use super::*;

    #[test]
    fn every_answer_of_the_server_has_its_kind() {
        let listed: &[(Kind, &[u16])] = &[
            (Kind::Duplicate, &[1062]),
            (Kind::RowRefused, &[1048, 1264, 1292, 1364, 1366, 1406, 1644, 1690, 3819]),
            (Kind::SplitBatch, &[1153]),
            (
                Kind::Transient,
                &[
                    1020, 1040, 1047, 1053, 1129, 1158, 1159, 1160, 1161, 1180, 1203, 1205, 1206,
                    1213, 1226, 1290, 1317, 1412, 1615, 1637, 1792, 1836, 1927, 1969, 3024, 3100,
                    3101, 3168, 3169, 4031,
                ],
            ),
            (Kind::SlowTransient, &[1114, 1021]),
            (Kind::System, &[1044, 1045, 1049, 1054, 1064, 1142, 1146, 1698]),
        ];
        for (kind, numbers) in listed {
            for number in *numbers {
                assert_eq!(of_number(*number, Some("HY000")), *kind, "{number}");
                assert_eq!(of_number(*number, None), *kind, "{number}");
            }
        }
    }

    #[test]
    fn an_answer_that_is_not_listed_goes_by_its_sqlstate() {
        for (number, sqlstate, kind) in [
            (4025, Some("23000"), Kind::RowRefused),
            (4025, Some("HY000"), Kind::System),
            (9999, Some("22001"), Kind::RowRefused),
            (9999, Some("23000"), Kind::RowRefused),
            (9999, Some("45000"), Kind::RowRefused),
            (9999, Some("08S01"), Kind::Transient),
            (9999, Some("40001"), Kind::Transient),
            (9999, Some("70100"), Kind::Transient),
            (9999, Some("42000"), Kind::System),
            (9999, Some("HY000"), Kind::System),
            (9999, Some(""), Kind::System),
            (9999, None, Kind::System),
        ] {
            assert_eq!(of_number(number, sqlstate), kind, "{number} {sqlstate:?}");
        }
    }

    #[test]
    fn every_failure_of_the_connection_has_its_kind() {
        use sqlx::Error;
        let broken = || io::Error::from(io::ErrorKind::BrokenPipe);
        for (error, kind) in [
            (Error::Io(broken()), Kind::Transient),
            (Error::Tls(broken().into()), Kind::Transient),
            (Error::Protocol("cut off".to_owned()), Kind::Transient),
            (Error::PoolTimedOut, Kind::Transient),
            (Error::PoolClosed, Kind::Transient),
            (Error::WorkerCrashed, Kind::Transient),
            (Error::BeginFailed, Kind::Transient),
            (Error::Configuration("no".into()), Kind::System),
            (Error::ColumnNotFound("code".to_owned()), Kind::System),
            (Error::Decode("not a number".into()), Kind::System),
            (Error::Encode("too long".into()), Kind::System),
            (Error::RowNotFound, Kind::System),
        ] {
            assert_eq!(of_connection(&error).0, kind, "{error}");
        }
    }
}
