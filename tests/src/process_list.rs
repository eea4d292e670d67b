//! What a database server's connections are doing.

use sqlx::mysql::{MySqlPool, MySqlRow};
use sqlx::{Executor as _, Row as _};

/// `MySQL` 9 fails to read `information_schema.processlist` while any statement has bytes in it that
/// are not text, as an inserted id has.
const PROCESS_LIST: &str = "SHOW FULL PROCESSLIST";

/// The ids of the other connections to the pool's database.
pub async fn connections(pool: &MySqlPool) -> Vec<u64> {
    others(pool).await.iter().map(id).collect()
}

/// The ids of those in which a statement that begins like this runs or waits.
pub async fn connections_that_run(pool: &MySqlPool, statement: &str) -> Vec<u64> {
    let rows = others(pool).await;
    rows.iter().filter(|row| text(row, "Info").starts_with(statement.as_bytes())).map(id).collect()
}

async fn others(pool: &MySqlPool) -> Vec<MySqlRow> {
    let mut connection = pool.acquire().await.unwrap();
    let own = "SELECT DATABASE(), CAST(CONNECTION_ID() AS UNSIGNED)";
    let (database, own): (String, u64) =
        sqlx::query_as(own).fetch_one(&mut *connection).await.unwrap();
    let rows = connection.fetch_all(sqlx::raw_sql(PROCESS_LIST)).await.unwrap();
    let is_other = |row: &MySqlRow| text(row, "db") == database.as_bytes() && id(row) != own;
    rows.into_iter().filter(is_other).collect()
}

fn id(row: &MySqlRow) -> u64 {
    row.try_get_unchecked("Id").unwrap()
}

/// Nothing where there is none.
fn text(row: &MySqlRow, column: &str) -> Vec<u8> {
    row.try_get_unchecked::<Option<Vec<u8>>, _>(column).unwrap().unwrap_or_default()
}
