//! Statements that wait on the database server for as long as a test needs.

use sqlx::mysql::{MySqlConnection, MySqlPool};
use sqlx::{AssertSqlSafe, Executor as _};

use crate::process_list::connections_that_run;

/// What a statement that is held runs, as the list of processes shows it.
const HELD: &str = "DO GET_LOCK(DATABASE(), 600)";

/// Statements that do this to rows like these wait on the server until what is returned is dropped,
/// where one that waits for a row gives up after a second.
pub async fn hold(pool: &MySqlPool, event: &str, rows: &str) -> MySqlConnection {
    let trigger = format!(
        "CREATE TRIGGER held BEFORE {event} FOR EACH ROW IF {rows} THEN \
             {HELD}, RELEASE_LOCK(DATABASE()); \
         END IF"
    );
    pool.execute(AssertSqlSafe(trigger)).await.unwrap();
    let mut connection = pool.acquire().await.unwrap().detach();
    connection.execute(HELD).await.unwrap();
    // The list of processes may still show the statement before.
    connection.execute("DO 0").await.unwrap();
    connection
}

/// The ids of the connections whose statements are held.
pub async fn held(pool: &MySqlPool) -> Vec<u64> {
    connections_that_run(pool, HELD).await
}
