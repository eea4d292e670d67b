use sqlx::migrate::{MigrateError, Migrator};
use sqlx::mysql::{MySqlConnectOptions, MySqlConnection};
use sqlx::{AssertSqlSafe, ConnectOptions as _, Connection as _, Executor as _, Row as _};
use tokio::time::timeout;

use super::error::Failure;
use super::session::Session;
use super::{DatabaseSettings, ErrorClass, Pool, StorageError};

/// A schema that is ahead is fine, since migrations only add (`migrations/README.md`).
static MIGRATIONS: Migrator = Migrator { ignore_missing: true, ..sqlx::migrate!("../migrations") };

const UNKNOWN_DATABASE: u16 = 1049;
const NO_SUCH_TABLE: u16 = 1146;

/// Whether the database has the tables of this version.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SchemaState {
    /// It has.
    Current,
    /// Run `registrar migrate`.
    Behind {
        /// How many migrations are missing.
        missing: usize,
    },
}

/// Whether the database has the tables of this version.
pub async fn schema_state(pool: &Pool) -> Result<SchemaState, StorageError> {
    let mut session = Session::of(pool);
    let query = sqlx::query("SELECT version FROM _sqlx_migrations WHERE success = TRUE");
    let applied: Vec<i64> = match session.fetch(query).await {
        Ok(rows) => versions(&rows)?,
        Err(failure) if failure.code == Some(NO_SUCH_TABLE) => Vec::new(),
        Err(failure) => return Err(failure.into()),
    };
    let missing = MIGRATIONS.iter().filter(|one| !applied.contains(&one.version)).count();
    Ok(if missing == 0 { SchemaState::Current } else { SchemaState::Behind { missing } })
}

/// Fails unless the database has the tables of this version.
pub(super) async fn require_current_schema(pool: &Pool) -> Result<(), StorageError> {
    match schema_state(pool).await? {
        SchemaState::Current => Ok(()),
        SchemaState::Behind { .. } => {
            let sentence = "The tables of this version are not there: run `registrar migrate`.";
            Err(StorageError::new(ErrorClass::System, "schema_behind", sentence))
        }
    }
}

/// Brings the tables to this version, creating the database first when it is missing, and returns
/// how many migrations that took. Several at once wait for each other.
pub async fn migrate(settings: &DatabaseSettings) -> Result<usize, StorageError> {
    let pool = Pool::new(&DatabaseSettings { connections: 1, ..settings.clone() });
    let before = match schema_state(&pool).await {
        Err(error) if error.code() == Some(UNKNOWN_DATABASE) => {
            create_database(settings).await?;
            SchemaState::Behind { missing: MIGRATIONS.iter().count() }
        }
        state => state?,
    };
    pool.close().await;
    let mut connection = connect(settings, settings.url.options().clone()).await?;
    // No timeout: a migration of a large table takes its time.
    MIGRATIONS.run_direct(None, &mut connection, false).await.map_err(not_migrated)?;
    // Best effort: everything is done.
    connection.close().await.ok();
    Ok(match before {
        SchemaState::Current => 0,
        SchemaState::Behind { missing } => missing,
    })
}

async fn create_database(settings: &DatabaseSettings) -> Result<(), StorageError> {
    // Every user may use this one.
    let options = settings.url.options().clone().database("information_schema");
    let mut connection = connect(settings, options).await?;
    let name = settings.url.database().replace('`', "``");
    let statement =
        format!("CREATE DATABASE IF NOT EXISTS `{name}` CHARACTER SET utf8mb4 COLLATE utf8mb4_bin");
    let created = connection.execute(AssertSqlSafe(statement)).await;
    created.map_err(Failure::from)?;
    Ok(())
}

async fn connect(
    settings: &DatabaseSettings,
    options: MySqlConnectOptions,
) -> Result<MySqlConnection, StorageError> {
    match timeout(settings.connect_timeout, options.connect()).await {
        Ok(connection) => Ok(connection.map_err(Failure::from)?),
        Err(_) => Err(Failure::from(sqlx::Error::PoolTimedOut).into()),
    }
}

fn versions(rows: &[sqlx::mysql::MySqlRow]) -> Result<Vec<i64>, Failure> {
    Ok(rows.iter().map(|row| row.try_get(0)).collect::<Result<_, _>>()?)
}

fn not_migrated(error: MigrateError) -> StorageError {
    let sentence = match error {
        MigrateError::Execute(error) | MigrateError::ExecuteMigration(error, _) => {
            return Failure::from(error).into();
        }
        MigrateError::Dirty(version) => format!(
            "Migration {version} was cut off: see the end of migrations/README.md for what to do."
        ),
        MigrateError::VersionMismatch(version) => format!(
            "Migration {version} was applied in another form than this version has: use the \
             `registrar` of the version that is deployed."
        ),
        other => format!("The migrations cannot be applied: {other}."),
    };
    StorageError::new(ErrorClass::System, "migration", sentence)
}
