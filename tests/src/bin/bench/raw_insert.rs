//! How fast the database takes rows, with nothing of ours: the measure of what the worker adds.

use std::time::{Duration, Instant};

use registrar_domain::clock;
use registrar_tests::servers::Servers;
use sqlx::mysql::MySqlConnection;
use sqlx::{AssertSqlSafe, Connection as _};
use tokio::task::JoinSet;
use uuid::Uuid;

/// As many as the worker's interactive lane has by default, with as many rows at a time.
const CONNECTIONS: usize = 2;
const ROWS: usize = 512;

/// Rows a second, over `duration`, into the table of a database of its own.
#[expect(clippy::cast_precision_loss, reason = "no run has 2^52 rows")]
pub(crate) async fn rows_per_second(servers: &Servers, duration: Duration) -> f64 {
    let mut writers = JoinSet::new();
    let start = Instant::now();
    for _ in 0..CONNECTIONS {
        let url = servers.database_url.clone();
        writers.spawn(async move { insert_until(&url, start + duration).await });
    }
    let rows: usize = writers.join_all().await.into_iter().sum();
    rows as f64 / start.elapsed().as_secs_f64()
}

async fn insert_until(database_url: &str, end: Instant) -> usize {
    let mut connection = MySqlConnection::connect(database_url).await.unwrap();
    let values = ["(?,?,?,?,?,?)"; ROWS].join(",");
    let statement = format!(
        "INSERT INTO students
         (registration_id, first_name, last_name, email, email_key, accepted_at)
         VALUES {values}"
    );
    let mut inserted = 0;
    while Instant::now() < end {
        let mut query = sqlx::query(AssertSqlSafe(statement.clone()));
        let now = clock::now();
        for _ in 0..ROWS {
            let id = Uuid::now_v7();
            let email = format!("ada.{}@example.com", id.simple());
            query = query.bind(id.as_bytes().to_vec()).bind("Ada").bind("Lovelace");
            query = query.bind(email.clone()).bind(email).bind(now);
        }
        query.execute(&mut connection).await.unwrap();
        inserted += ROWS;
    }
    inserted
}
