//! The ledger: a loss shows.

mod command;
mod losses;

use registrar_tests::servers::Servers;
use serde_json::Value;

use crate::command_line::registrar;

/// What `registrar ledger --json` prints, and its exit code. The two reads are closer together than
/// people need them.
async fn ledger(servers: &Servers) -> (Option<i32>, Value) {
    let ended = registrar(&["ledger", "--json", "--between", "200ms"], &settings(servers)).await;
    (ended.code, serde_json::from_str(&ended.stdout).unwrap_or_default())
}

fn settings(servers: &Servers) -> [(&str, &str); 2] {
    [("DATABASE_URL", &servers.database_url), ("AMQP_URL", &servers.amqp_url)]
}
