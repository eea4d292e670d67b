//! Another session on the database, whose locks the worker waits for.

use sqlx::mysql::MySqlConnection;
use sqlx::{AssertSqlSafe, Connection as _, Executor as _, Row as _};

use crate::wait;

/// Not `innodb_trx`, which is renewed only every 0.1 s.
const SESSIONS_THAT_WAIT: &str = "SHOW GLOBAL STATUS LIKE 'Innodb_row_lock_current_waits'";

/// A connection with locks of its own, which end with it.
#[derive(Debug)]
pub struct OtherSession {
    connection: MySqlConnection,
}

impl OtherSession {
    /// Connects.
    pub async fn connect(database_url: &str) -> Self {
        Self { connection: MySqlConnection::connect(database_url).await.unwrap() }
    }

    /// Runs a statement.
    pub async fn sql(&mut self, statement: &str) {
        self.connection.execute(AssertSqlSafe(statement.to_owned())).await.unwrap();
    }

    /// Begins a transaction that holds a student's place in `students`.
    pub async fn takes(&mut self, email: &str) {
        self.sql("BEGIN").await;
        self.inserts(email).await;
    }

    /// Inserts a student, in the transaction if there is one.
    pub async fn inserts(&mut self, email: &str) {
        let insert = format!(
            "INSERT INTO students (registration_id, first_name, last_name, email, email_key) \
             VALUES (RANDOM_BYTES(16), 'R', 'L', '{email}', '{email}')"
        );
        self.sql(&insert).await;
    }

    /// Waits until a student is inserted, though perhaps in a transaction that is not committed.
    pub async fn sees_inserted(&mut self, email: &str) {
        self.sql("SET SESSION TRANSACTION ISOLATION LEVEL READ UNCOMMITTED").await;
        let count = format!("SELECT COUNT(*) FROM students WHERE email = '{email}'");
        wait::until("the student is inserted", async || {
            let row = self.connection.fetch_one(AssertSqlSafe(count.clone())).await.ok()?;
            (row.get::<i64, _>(0) > 0).then_some(())
        })
        .await;
    }

    /// Waits until a transaction waits for a row that another has locked.
    pub async fn waits_for_a_lock(&mut self) {
        wait::until("a session waits for a lock", async || {
            let row = self.connection.fetch_one(SESSIONS_THAT_WAIT).await.ok()?;
            (row.get::<String, _>(1) != "0").then_some(())
        })
        .await;
    }
}
