//! How fast the database takes the same rows, with nothing of ours: the measure of what an import adds.

use std::time::{Duration, Instant};

use registrar_domain::clock;
use registrar_tests::random::Random;
use registrar_tests::servers::Servers;
use sqlx::mysql::MySqlConnection;
use sqlx::{AssertSqlSafe, Connection as _, Executor as _, SqlSafeStr as _};
use tokio::task::JoinSet;
use uuid::Uuid;

use super::file::{FIRST_NAME, LAST_NAME, addresses};

/// As many rows as a chunk has.
const ROWS: usize = 500;

struct Row {
    id: Uuid,
    email: String,
}

/// Inserts the rows of this seed into the empty table, over so many connections; how long that took.
pub(super) async fn insert(
    servers: &Servers,
    connections: usize,
    seed: u64,
    rows: usize,
) -> Duration {
    let mut random = Random::from_seed(seed);
    // Ids are as random as those of imported rows.
    let mut id = || Uuid::from_u64_pair(random.number(), random.number());
    let mut rows: Vec<_> = addresses(seed, rows).map(|email| Row { id: id(), email }).collect();
    let each = rows.len() / connections;
    let mut writers = Vec::new();
    for _ in 0..connections {
        let mut connection = MySqlConnection::connect(&servers.database_url).await.unwrap();
        // A worker that runs has the statement prepared.
        connection.prepare(statement().into_sql_str()).await.unwrap();
        writers.push((connection, rows.split_off(rows.len() - each)));
    }
    let start = Instant::now();
    let mut writing = JoinSet::new();
    for (connection, rows) in writers {
        writing.spawn(insert_all(connection, rows));
    }
    writing.join_all().await;
    start.elapsed()
}

async fn insert_all(mut connection: MySqlConnection, rows: Vec<Row>) {
    let import = Uuid::now_v7();
    let mut number = 1_u32;
    for rows in rows.chunks(ROWS) {
        let mut query = sqlx::query(statement());
        let now = clock::now();
        for Row { id, email } in rows {
            number += 1;
            query = query.bind(&id.as_bytes()[..]).bind(FIRST_NAME).bind(LAST_NAME);
            query = query.bind(email).bind(email).bind(now);
            query = query.bind(&import.as_bytes()[..]).bind(number);
        }
        query.execute(&mut connection).await.unwrap();
    }
}

fn statement() -> AssertSqlSafe<String> {
    let values = ["(?,?,?,?,?,?,?,?)"; ROWS].join(",");
    AssertSqlSafe(format!(
        "INSERT INTO students
         (registration_id, first_name, last_name, email, email_key, accepted_at, import_id, import_row)
         VALUES {values}"
    ))
}
