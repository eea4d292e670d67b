//! The database server's own counters.

use std::collections::HashMap;
use std::ops::Sub;

use sqlx::mysql::MySqlConnection;
use sqlx::{Connection as _, Row as _};

use registrar_tests::servers::Servers;

/// Statements that write. Each is a transaction of its own, so each is a commit.
const WRITES: [&str; 4] = ["Com_insert", "Com_update", "Com_delete", "Com_insert_select"];

/// What clients have sent.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Counters {
    /// Statements.
    pub(crate) statements: u64,
    /// Those that write.
    pub(crate) writes: u64,
    /// What goes back and forth besides: pings, and statements to prepare.
    pub(crate) others: u64,
}

impl Sub for Counters {
    type Output = Self;

    fn sub(self, other: Self) -> Self {
        Self {
            statements: self.statements - other.statements,
            writes: self.writes - other.writes,
            others: self.others - other.others,
        }
    }
}

/// Reads the counters, on a connection of its own.
pub(crate) struct Reader(MySqlConnection);

impl Reader {
    /// Connects.
    pub(crate) async fn connect(servers: &Servers) -> Self {
        Self(MySqlConnection::connect(&servers.database_url).await.unwrap())
    }

    /// The counters without this query.
    pub(crate) async fn read(&mut self) -> Counters {
        let rows = sqlx::raw_sql("SHOW GLOBAL STATUS").fetch_all(&mut self.0).await.unwrap();
        let values: HashMap<String, String> =
            rows.iter().map(|row| (row.get(0), row.get(1))).collect();
        let value = |name: &str| values.get(name).map_or(0, |value| value.parse().unwrap());
        Counters {
            statements: value("Questions"),
            writes: WRITES.into_iter().map(value).sum(),
            others: value("Com_admin_commands") + value("Com_stmt_prepare"),
        }
    }

    /// What has been sent since, without the queries for it.
    pub(crate) async fn since(&mut self, before: Counters) -> Counters {
        let mut since = self.read().await - before;
        since.statements -= 1;
        since
    }
}
