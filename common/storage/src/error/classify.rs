//! What an error of MySQL means for the statement that met it.

use super::server::SERVER_ERRORS;
use super::{ErrorClass, server};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A unique key has the value already. The statement did nothing.
    Duplicate,
    /// A value of a row can never be stored. The statement did nothing.
    RowRefused,
    /// The statement is too long for the server. It did nothing.
    SplitBatch,
    /// It may work soon.
    Transient,
    /// It may work after an operator made room.
    SlowTransient,
    /// It works only after an operator changed the system.
    System,
}

impl Kind {
    /// Whether and when to try again; none for what is said of a row and not of the server.
    pub(crate) fn class(self) -> Option<ErrorClass> {
        match self {
            Self::Transient => Some(ErrorClass::Transient),
            Self::SlowTransient => Some(ErrorClass::SlowTransient),
            Self::System => Some(ErrorClass::System),
            Self::Duplicate | Self::RowRefused | Self::SplitBatch => None,
        }
    }
}

/// The errors of the server that can be known beforehand and are not said of a row.
pub(crate) fn known() -> impl Iterator<Item = (u16, ErrorClass)> {
    SERVER_ERRORS.iter().flat_map(|answer| {
        let class = answer.kind.class();
        answer.numbers.iter().filter_map(move |number| Some((*number, class?)))
    })
}

/// The kind of the error `number` with this SQLSTATE, of MySQL, MariaDB or a proxy.
///
/// Numbers first: SQLSTATE lumps most of them together. Of numbers that are not listed, the
/// SQLSTATE's class separates bad data and what cannot work from the rest. What says nothing (HY000 is
/// "general error") is tried again: of these, more come from servers that fail over, and from
/// proxies, than from something that only a person can change; and that shows as an outage, too.
pub(crate) fn from_number(number: u16, sqlstate: Option<&str>) -> Kind {
    // A CHECK of MariaDB. MySQL has the number for something else.
    if number == 4025 {
        return if sqlstate == Some("23000") { Kind::RowRefused } else { Kind::System };
    }
    if let Some(answer) = server::find(number) {
        return answer.kind;
    }
    match sqlstate.and_then(|state| state.get(..2)) {
        // Data exception; integrity constraint violation; raised by a trigger.
        Some("22" | "23" | "45") => Kind::RowRefused,
        // Connection exception; transaction rollback; interrupted; insufficient resources; general
        // error; none at all, before a login.
        Some("08" | "40" | "70" | "53" | "HY") | None => Kind::Transient,
        _ => Kind::System,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_answer_of_the_server_has_its_kind() {
        let listed: &[(Kind, &[u16])] = &[
            (Kind::Duplicate, &[1062]),
            (Kind::RowRefused, &[1264, 1265, 1292, 1366, 1369, 1406, 1526, 1644, 1690, 3819]),
            (Kind::SplitBatch, &[1153]),
            (
                Kind::Transient,
                &[
                    1020, 1036, 1040, 1047, 1053, 1129, 1158, 1159, 1160, 1161, 1180, 1203, 1205,
                    1206, 1213, 1226, 1243, 1290, 1317, 1412, 1461, 1615, 1637, 1792, 1836, 1874,
                    1927, 1969, 3024, 3100, 3101, 3168, 3169, 4031,
                ],
            ),
            (Kind::SlowTransient, &[1021, 1041, 1114, 3170]),
            (
                Kind::System,
                &[
                    1044, 1045, 1048, 1049, 1054, 1064, 1130, 1142, 1146, 1193, 1227, 1251, 1288,
                    1305, 1364, 1393, 1422, 1423, 1442, 1449, 1471, 1524, 1661, 1662, 1663, 1665,
                    1698, 1785, 1820, 1862, 3098, 3118, 3159, 3955, 4151,
                ],
            ),
        ];
        for (kind, numbers) in listed {
            for number in *numbers {
                assert_eq!(from_number(*number, Some("HY000")), *kind, "{number}");
                assert_eq!(from_number(*number, None), *kind, "{number}");
            }
        }
    }

    #[test]
    fn what_servers_and_proxies_answer_during_a_failover_is_transient() {
        for (number, sqlstate, whose) in [
            (1053, "08S01", "a server that shuts down"),
            (1290, "HY000", "a replica, read-only"),
            (1836, "HY000", "a server in read-only mode"),
            (1874, "HY000", "InnoDB in read-only mode"),
            (3032, "HY000", "a server in offline mode"),
            (6400, "HY000", "a server in offline mode, of version 9"),
            (3168, "HY000", "a server that is not available"),
            (3100, "HY000", "a hook of group replication"),
            (3101, "40000", "a plugin that rolls back"),
            (3796, "HY000", "a member that may not be asked consistently"),
            (3797, "HY000", "a group that waits before"),
            (3798, "HY000", "a group that waits after"),
            (4049, "HY000", "a secondary of a group"),
            (4094, "HY000", "a group that changes its primary"),
            (6141, "HY000", "a group that is busy"),
            (1047, "08S01", "Galera, not ready"),
            (2003, "HY000", "MySQL Router without a server"),
            (9001, "HY000", "ProxySQL without a server"),
            (9006, "HY000", "ProxySQL otherwise"),
            (1105, "HY000", "an unknown error"),
        ] {
            assert_eq!(from_number(number, Some(sqlstate)), Kind::Transient, "{whose}");
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
            (9999, Some("42S22"), Kind::System),
            (9999, Some("HY000"), Kind::Transient),
            (9999, Some(""), Kind::Transient),
            (9999, None, Kind::Transient),
        ] {
            assert_eq!(from_number(number, sqlstate), kind, "{number} {sqlstate:?}");
        }
    }
}
