//! What the error numbers of MySQL, MariaDB and of proxies before them mean, and what to do.

use super::classify::Kind;

#[derive(Debug)]
pub(crate) struct ServerError {
    pub(crate) numbers: &'static [u16],
    pub(crate) kind: Kind,
    /// A sentence for operators.
    pub(crate) advice: &'static str,
}

/// The error that is meant by `number`, if it is one of [`SERVER_ERRORS`].
pub(crate) fn find(number: u16) -> Option<&'static ServerError> {
    SERVER_ERRORS.iter().find(|answer| answer.numbers.contains(&number))
}

/// Every number is in one row. Of what is not here, the SQLSTATE decides; so a number with the
/// general SQLSTATE HY000 that no waiting cures must be here.
///
/// MySQL and MariaDB went separate ways with their numbers from 3000 and 1900 on; those here mean
/// the same on both, or are unknown to one, or mean something there that no statement of ours meets
/// (4025 is an exception, which `classify.rs` makes).
pub(crate) const SERVER_ERRORS: &[ServerError] = &[
    ServerError {
        // A unique key has the value already.
        numbers: &[1062],
        kind: Kind::Duplicate,
        advice: "A row is there already where none is expected: run `registrar doctor`.",
    },
    ServerError {
        // Out of range, incorrect, truncated or too long; a view's CHECK OPTION; no partition; 1644 is
        // a SIGNAL, by which a trigger refuses a row, and 3819 a CHECK of MySQL.
        numbers: &[1264, 1265, 1292, 1366, 1369, 1406, 1526, 1644, 1690, 3819],
        kind: Kind::RowRefused,
        advice: "A table has a constraint, a trigger or a type that refuses what is written to it: \
                 remove it, or change it so that it takes the row.",
    },
    ServerError {
        numbers: &[1153],
        kind: Kind::SplitBatch,
        advice: "A message is larger than MySQL takes: raise max_allowed_packet on the server.",
    },
    ServerError {
        // Bad NULL, no default, too few or too many values: every column that this version knows
        // gets a value that is not NULL, so that no row would pass.
        numbers: &[1048, 1136, 1364],
        kind: Kind::System,
        advice: "A table has a column that this version does not fill, or a trigger that empties \
                 one: give the column a default or let it be NULL.",
    },
    ServerError {
        // A trigger that commits, or that writes to the table it belongs to; one that writes to a table
        // without transactions, which GTIDs (1785) and the binary log (1661 to 1663) do not go with, or
        // to one that group replication refuses (3098). No statement that fires it works.
        numbers: &[1422, 1442, 1661, 1662, 1663, 1785, 3098],
        kind: Kind::System,
        advice: "A trigger does what this server refuses in a transaction, such as writing to a table \
                 that is not InnoDB or has no primary key: change or remove the trigger, or that table.",
    },
    ServerError {
        numbers: &[1665],
        kind: Kind::System,
        advice: "The server's binary log cannot take READ COMMITTED: set binlog_format to ROW or MIXED \
                 on the server.",
    },
    ServerError {
        // Not updatable, a join, no default below it, not insertable.
        numbers: &[1288, 1393, 1394, 1395, 1423, 1471],
        kind: Kind::System,
        advice: "A view that cannot be written to stands where a table belongs: make it updatable, or \
                 put the table there.",
    },
    ServerError {
        numbers: &[1044, 1142, 1143, 1227, 1370],
        kind: Kind::System,
        advice: "The database user lacks a right: grant it SELECT, INSERT, UPDATE and DELETE on the \
                 database in DATABASE_URL, and CREATE for `registrar migrate`.",
    },
    ServerError {
        numbers: &[1045, 1698],
        kind: Kind::System,
        advice: "MySQL refuses the user or the password in DATABASE_URL: correct it.",
    },
    ServerError {
        numbers: &[1130],
        kind: Kind::System,
        advice: "MySQL refuses connections from this machine: make the user of DATABASE_URL for this \
                 host, as 'user'@'host' or 'user'@'%'.",
    },
    ServerError {
        numbers: &[1820, 1862],
        kind: Kind::System,
        advice: "The password in DATABASE_URL has expired: set a new one with ALTER USER.",
    },
    ServerError {
        // Locked by an administrator, or after too many wrong passwords.
        numbers: &[3118, 3955, 4150, 4151],
        kind: Kind::System,
        advice: "The user in DATABASE_URL is locked: unlock it with ALTER USER … ACCOUNT UNLOCK.",
    },
    ServerError {
        numbers: &[1251, 1524],
        kind: Kind::System,
        advice: "The server has no plugin for the login of the user in DATABASE_URL: choose another \
                 with ALTER USER … IDENTIFIED WITH caching_sha2_password (MySQL) or \
                 mysql_native_password (MariaDB).",
    },
    ServerError {
        numbers: &[3159],
        kind: Kind::System,
        advice: "MySQL takes encrypted connections only: remove ssl-mode=DISABLED from DATABASE_URL.",
    },
    ServerError {
        numbers: &[1049],
        kind: Kind::System,
        advice: "The database in DATABASE_URL does not exist: run `registrar migrate`.",
    },
    ServerError {
        // Unknown column, no such table, none in the engine, a view without its table.
        numbers: &[1054, 1146, 1356, 1932],
        kind: Kind::System,
        advice: "The tables of this version are not there: run `registrar migrate`.",
    },
    ServerError {
        // Syntax; an unknown character set, function, variable, collation, engine or routine; not
        // supported, also by a proxy; collations that do not go together.
        numbers: &[1064, 1115, 1128, 1193, 1231, 1235, 1267, 1273, 1286, 1295, 1305, 1630],
        kind: Kind::System,
        advice: "MySQL does not understand this version's SQL: use MySQL 8.0 to 9.x or MariaDB 10.11 \
                 to 11.x, and see that no proxy changes statements.",
    },
    ServerError {
        numbers: &[1449],
        kind: Kind::System,
        advice: "A trigger or view on the tables belongs to a user that does not exist: make it \
                 again with another DEFINER.",
    },
    ServerError {
        // Too many connections, in all and of one user.
        numbers: &[1040, 1203, 1226],
        kind: Kind::Transient,
        advice: "MySQL has no connection left: raise max_connections or lower \
                 REGISTRAR_DATABASE_CONNECTIONS.",
    },
    ServerError {
        numbers: &[1461],
        kind: Kind::Transient,
        advice: "MySQL holds too many prepared statements: raise max_prepared_stmt_count or lower \
                 REGISTRAR_DATABASE_CONNECTIONS.",
    },
    ServerError {
        numbers: &[1129],
        kind: Kind::Transient,
        advice: "MySQL blocks this machine after too many failed connections: run `mysqladmin \
                 flush-hosts`, and raise max_connect_errors.",
    },
    ServerError {
        // A table, a server option, a transaction, the server, InnoDB or a schema is read-only; the
        // member of a replication group is no primary.
        numbers: &[1036, 1290, 1792, 1836, 1874, 3989, 4049],
        kind: Kind::Transient,
        advice: "MySQL is read-only: see whether DATABASE_URL names the primary.",
    },
    ServerError {
        // Shutting down, not available, offline (6400 says since when); a router that reaches no
        // server (2003), ProxySQL without one in time (9001).
        numbers: &[1053, 1077, 1078, 1079, 2003, 3032, 3168, 6400, 9001],
        kind: Kind::Transient,
        advice: "MySQL is shutting down or offline, or the proxy before it has no server: see \
                 whether the primary is up.",
    },
    ServerError {
        // Galera is not ready; a hook of replication failed or rolled back (a new primary); the
        // group holds transactions back (3796 to 3798), changes its primary or hands over.
        numbers: &[1047, 3100, 3101, 3796, 3797, 3798, 4094, 6141],
        kind: Kind::Transient,
        advice: "MySQL's cluster takes no writes just now: see whether most of its members are up \
                 and one is primary.",
    },
    ServerError {
        // Changed since it was read, lock wait, too many locks, deadlock, too many transactions.
        numbers: &[1020, 1205, 1206, 1213, 1637, 1689],
        kind: Kind::Transient,
        advice: "Another session locks rows or tables: see SHOW ENGINE INNODB STATUS for which, if \
                 this goes on.",
    },
    ServerError {
        // Interrupted, killed, took too long (MariaDB 1969, MySQL 3024), idle for too long.
        numbers: &[1317, 1927, 1969, 3024, 3169, 4031],
        kind: Kind::Transient,
        advice: "MySQL ended a statement or a connection: see whether an operator kills them, or \
                 whether the server's time limits are too short, if this goes on.",
    },
    ServerError {
        // A definition changed meanwhile.
        numbers: &[1243, 1412, 1615],
        kind: Kind::Transient,
        advice: "A table was altered meanwhile, or a proxy changed servers: nothing is to be done \
                 unless this goes on.",
    },
    ServerError {
        // Errors in reading or writing packets, aborted connections, a handshake that failed.
        numbers: &[1042, 1043, 1152, 1158, 1159, 1160, 1161, 1184, 1835],
        kind: Kind::Transient,
        advice: "The connection to MySQL broke: see the network between them if this goes on.",
    },
    ServerError {
        // The commit, the storage engine, an auto-increment or a file failed.
        numbers: &[1026, 1030, 1180, 1467],
        kind: Kind::Transient,
        advice: "MySQL's storage failed: see its error log, and its disk.",
    },
    ServerError {
        // No disk space; a table, an index or the undo log is full.
        numbers: &[1021, 1114, 3019, 4139],
        kind: Kind::SlowTransient,
        advice: "The disk of MySQL is full: make room.",
    },
    ServerError {
        // No memory, for sorting, for a thread, of an engine, within a limit.
        numbers: &[1037, 1038, 1041, 1135, 3015, 3170, 4081, 4082],
        kind: Kind::SlowTransient,
        advice: "MySQL has too little memory: give its machine more, or lower what it may use.",
    },
];

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn every_number_has_one_meaning_and_every_meaning_a_remedy() {
        let mut seen = HashSet::new();
        for ServerError { numbers, advice, .. } in SERVER_ERRORS {
            assert!(numbers.iter().all(|number| seen.insert(*number)), "{numbers:?}");
            assert!(advice.contains(": ") && advice.ends_with('.'), "{advice}");
        }
    }
}
