//! What is measured: servers of our own, the API, and a worker when it is its turn.

use std::fs;
use std::path::{Path, PathBuf};

use registrar_local::{ServerOptions, ServerPair};
use registrar_tests::api::Api;
use registrar_tests::servers::Servers;
use registrar_tests::worker::Worker;
use sqlx::mysql::MySqlPoolOptions;
use sqlx::{AssertSqlSafe, MySqlPool};
use time::PrimitiveDateTime;

const DATABASE: &str = "registrar";

/// As in production, but for the limit on how much one client may send: here one sends it all.
const SETTINGS: [(&str, &str); 2] = [("REGISTRAR_LOG", "info"), ("REGISTRAR_RATE_PER_SECOND", "0")];

/// The servers and the API; all end with this value, or with this process.
pub(crate) struct Stack {
    /// The API.
    pub(crate) api: Api,
    /// The tables, for counting.
    pub(crate) rows: MySqlPool,
    /// The servers.
    pub(crate) servers: ServerPair,
    /// The servers' addresses.
    pub(crate) addresses: Servers,
    // Dropped last.
    _folder: Folder,
}

impl Stack {
    /// Starts everything but a worker.
    pub(crate) async fn start() -> Self {
        let folder = Folder::new();
        // With a folder, the servers have the sizes that `make run` gives them.
        let database = ServerOptions::at(folder.0.join("mariadb"), 0);
        let broker = ServerOptions::at(folder.0.join("rabbitmq"), 0);
        let start = move || {
            let servers = ServerPair::start(&database, &broker).unwrap();
            servers.database.admin().create_database(DATABASE).unwrap();
            servers
        };
        let servers = tokio::task::spawn_blocking(start).await.unwrap();
        let addresses = Servers {
            database_url: servers.database.admin().database_url(DATABASE),
            amqp_url: servers.broker.management().url(),
        };
        let addresses = addresses.migrated().await;
        let api = Api::begin_program("registrar-api", &addresses, &SETTINGS).await;
        api.ready().await;
        let rows = MySqlPoolOptions::new().max_connections(1);
        let rows = rows.connect(&addresses.database_url).await.unwrap();
        Self { api, rows, servers, addresses, _folder: folder }
    }

    /// Starts a worker, which may have a backlog to work off.
    pub(crate) async fn start_worker(&self) -> Worker {
        Worker::begin_program("registrar-worker", &self.addresses, &SETTINGS).await
    }

    /// A new virtual host; its address.
    pub(crate) async fn vhost(&self, name: &str) -> String {
        let management = self.servers.broker.management().clone();
        let (url, name) = (management.vhost_url(name), name.to_owned());
        let create = move || management.create_vhost(&name);
        tokio::task::spawn_blocking(create).await.unwrap().unwrap();
        url
    }

    /// A new database with the tables.
    pub(crate) async fn database(&self, name: &'static str) -> Servers {
        let admin = self.servers.database.admin().clone();
        let database_url = admin.database_url(name);
        let create = move || admin.create_database(name);
        tokio::task::spawn_blocking(create).await.unwrap().unwrap();
        Servers { database_url, ..self.addresses.clone() }.migrated().await
    }

    /// Deletes a database with everything in it.
    pub(crate) async fn drop_database(&self, name: &str) {
        self.execute(format!("DROP DATABASE {name}")).await;
    }

    /// Empties a table.
    pub(crate) async fn truncate(&self, table: &str) {
        self.execute(format!("TRUNCATE TABLE {table}")).await;
    }

    async fn execute(&self, statement: String) {
        sqlx::raw_sql(AssertSqlSafe(statement)).execute(&self.rows).await.unwrap();
    }

    /// What time it is for the database.
    pub(crate) async fn now(&self) -> PrimitiveDateTime {
        let now = sqlx::query_scalar("SELECT UTC_TIMESTAMP(6)");
        now.fetch_one(&self.rows).await.unwrap()
    }

    /// How many students are registered.
    pub(crate) async fn students(&self) -> usize {
        let count = sqlx::query_scalar::<_, i64>("SELECT COUNT(*) FROM students");
        usize::try_from(count.fetch_one(&self.rows).await.unwrap()).unwrap()
    }

    /// Microseconds from acceptance to the INSERT, of the students after the first `skip`.
    pub(crate) async fn delays(&self, skip: usize) -> Vec<i64> {
        let delays = sqlx::query_scalar(
            "SELECT TIMESTAMPDIFF(MICROSECOND, accepted_at, registration_date) FROM students
             ORDER BY id LIMIT 1000000000 OFFSET ?",
        );
        delays.bind(u64::try_from(skip).unwrap()).fetch_all(&self.rows).await.unwrap()
    }

    /// Of the students of no import that were accepted in this time, the first accepted first:
    /// microseconds from the begin of that time to acceptance, and from there to the INSERT.
    pub(crate) async fn interactive_delays(
        &self,
        from: PrimitiveDateTime,
        until: PrimitiveDateTime,
    ) -> Vec<(i64, i64)> {
        let delays = sqlx::query_as(
            "SELECT TIMESTAMPDIFF(MICROSECOND, ?, accepted_at),
                    TIMESTAMPDIFF(MICROSECOND, accepted_at, registration_date) FROM students
             WHERE import_id IS NULL AND accepted_at BETWEEN ? AND ? ORDER BY accepted_at",
        );
        let delays = delays.bind(from).bind(from).bind(until);
        delays.fetch_all(&self.rows).await.unwrap()
    }
}

/// The servers' data, deleted before and after.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Self {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../.local/bench");
        // Of a run that was killed; there need not be one.
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder).unwrap();
        Self(folder.canonicalize().unwrap())
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}
