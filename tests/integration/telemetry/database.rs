//! A connection to the database beside the product, for locks and other faults.

use registrar_tests::student::Student;
use registrar_tests::wait::until;
use registrar_tests::{held_statements, process_list};
use sqlx::mysql::{MySqlConnection, MySqlPool};
use sqlx::{AssertSqlSafe, Executor as _};

pub(super) struct Database {
    pool: MySqlPool,
}

impl Database {
    pub(super) async fn new(url: &str) -> Self {
        Self { pool: MySqlPool::connect(url).await.unwrap() }
    }

    pub(super) async fn sql(&self, statement: &str) {
        self.pool.execute(AssertSqlSafe(statement.to_owned())).await.unwrap();
    }

    /// From now on the database refuses rows with this first name.
    pub(super) async fn refuse(&self, first_name: &str) {
        self.sql(&format!(
            "CREATE TRIGGER refusing BEFORE INSERT ON students FOR EACH ROW \
             IF NEW.first_name = '{first_name}' THEN \
                SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = '{first_name} is refused'; \
             END IF"
        ))
        .await;
    }

    /// Makes an insert of this student wait until the value returned is dropped.
    pub(super) async fn lock(&self, student: &Student) -> MySqlConnection {
        let rows = format!("NEW.email = '{}'", student.email);
        held_statements::hold(&self.pool, "INSERT ON students", &rows).await
    }

    /// Cuts off every connection but our own ones, which hold locks.
    pub(super) async fn kill_connections(&self) {
        for id in process_list::connections(&self.pool).await {
            self.kill(id).await;
        }
    }

    /// Waits for the connection that inserts students, and cuts it off.
    pub(super) async fn kill_the_inserting(&self) {
        let id = until("an INSERT waits", async || {
            held_statements::held(&self.pool).await.first().copied()
        })
        .await;
        self.kill(id).await;
        until("it is gone", async || {
            (!held_statements::held(&self.pool).await.contains(&id)).then_some(())
        })
        .await;
    }

    async fn kill(&self, id: u64) {
        // It may have ended by itself.
        let _ = self.pool.execute(AssertSqlSafe(format!("KILL {id}"))).await;
    }

    /// Waits until so many dead letters are held.
    pub(super) async fn held(&self, count: i64) {
        until("the dead letters are held", async || {
            let query = sqlx::query_scalar("SELECT COUNT(*) FROM dead_letters");
            let held: i64 = query.fetch_one(&self.pool).await.unwrap();
            (held == count).then_some(())
        })
        .await;
    }

    /// The headers of the only dead letter.
    pub(super) async fn headers_of_dead_letter(&self) -> serde_json::Value {
        let text: String = until("there is a dead letter", async || {
            sqlx::query_scalar("SELECT headers FROM dead_letters")
                .fetch_optional(&self.pool)
                .await
                .unwrap()
        })
        .await;
        serde_json::from_str(&text).unwrap()
    }
}
