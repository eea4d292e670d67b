use std::sync::LazyLock;

use sqlx::migrate::{MigrateError, Migration, MigrationType, Migrator};
use sqlx::mysql::{MySqlConnectOptions, MySqlConnection, MySqlRow};
use sqlx::{AssertSqlSafe, ConnectOptions as _, Connection as _, Executor as _, Row as _, SqlStr};
use tokio::time::timeout;

use crate::error::{ErrorClass, Failure, StorageError};
use crate::pool::Pool;
use crate::pool::session::Session;
use crate::settings::DatabaseSettings;

/// The files of `migrations/`, listed here because sqlx's macro would have its whole MySQL driver
/// compiled a second time, for the macro.
const FILES: [(i64, &str, &str); 14] = [
    (1, "students", include_str!("../../../migrations/0001_students.sql")),
    (2, "rejections", include_str!("../../../migrations/0002_rejections.sql")),
    (3, "dead letters", include_str!("../../../migrations/0003_dead_letters.sql")),
    (4, "dead letter actions", include_str!("../../../migrations/0004_dead_letter_actions.sql")),
    (
        5,
        "dead letter message ids",
        include_str!("../../../migrations/0005_dead_letter_message_ids.sql"),
    ),
    (6, "ledger", include_str!("../../../migrations/0006_ledger.sql")),
    (7, "lane pauses", include_str!("../../../migrations/0007_lane_pauses.sql")),
    (
        8,
        "longer email addresses",
        include_str!("../../../migrations/0008_longer_email_addresses.sql"),
    ),
    (9, "import keys", include_str!("../../../migrations/0009_import_keys.sql")),
    (10, "student import rows", include_str!("../../../migrations/0010_student_import_rows.sql")),
    (11, "imports", include_str!("../../../migrations/0011_imports.sql")),
    (12, "import chunks", include_str!("../../../migrations/0012_import_chunks.sql")),
    (13, "import errors", include_str!("../../../migrations/0013_import_errors.sql")),
    (14, "import cancellations", include_str!("../../../migrations/0014_import_cancellations.sql")),
];

static MIGRATIONS: LazyLock<Migrator> = LazyLock::new(|| {
    let migrations = FILES.map(|(version, description, sql)| {
        let sql = SqlStr::from_static(sql);
        Migration::new(version, description.into(), MigrationType::Simple, sql, false)
    });
    let mut migrator = Migrator::with_migrations(migrations.into());
    // A schema that is ahead is fine, since migrations only add (`migrations/README.md`).
    migrator.set_ignore_missing(true);
    migrator
});

const APPLIED: &str = "SELECT version FROM _sqlx_migrations WHERE success = TRUE";
const LOCK_TIMEOUT_S: u32 = 60;
const UNKNOWN_DATABASE: u16 = 1049;
const NO_SUCH_TABLE: u16 = 1146;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SchemaState {
    Current,
    Behind { missing: usize },
}

pub async fn schema_state(pool: &Pool) -> Result<SchemaState, StorageError> {
    let mut session = Session::new(pool);
    let applied = versions(session.fetch(sqlx::query(APPLIED)).await)?;
    Ok(match missing(&applied) {
        0 => SchemaState::Current,
        missing => SchemaState::Behind { missing },
    })
}

/// Fails unless the database has the tables of this version.
pub(crate) async fn require_current_schema(pool: &Pool) -> Result<(), StorageError> {
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
    let options = settings.url.options();
    let mut connection = match connect(settings, options.clone()).await {
        Err(error) if error.code() == Some(UNKNOWN_DATABASE) => {
            create_database(settings).await?;
            connect(settings, options.clone()).await?
        }
        connected => connected?,
    };
    lock(&mut connection).await?;
    let before = sqlx::query(APPLIED).fetch_all(&mut connection).await;
    let before = versions(before.map_err(Failure::from))?;
    // No timeout: a migration of a large table takes its time.
    MIGRATIONS.run_direct(None, &mut connection, false).await.map_err(not_migrated)?;
    // Gives the lock back too. Best effort: everything is done.
    connection.close().await.ok();
    Ok(missing(&before))
}

/// The database is named by a digest: a lock's name has at most 64 characters, as many as a
/// database's. Of the functions that make one only `SHA2` is on every server (`MySQL` 9.7
/// has neither `MD5` nor `SHA1`).
const LOCK: &str =
    "SELECT GET_LOCK(CONCAT('registrar migrate ', LEFT(SHA2(DATABASE(), 256), 40)), ?)";

/// sqlx's own lock waits for -1 s, which `MariaDB` takes for not at all.
async fn lock(connection: &mut MySqlConnection) -> Result<(), StorageError> {
    let row = sqlx::query(LOCK).bind(LOCK_TIMEOUT_S).fetch_one(connection).await?;
    match row.try_get(0)? {
        Some(1_i64) => Ok(()),
        _ => Err(StorageError::new(
            ErrorClass::Transient,
            "migration_lock",
            "Another process is migrating the database: wait until it is done.",
        )),
    }
}

fn missing(applied: &[i64]) -> usize {
    MIGRATIONS.iter().filter(|migration| !applied.contains(&migration.version)).count()
}

async fn create_database(settings: &DatabaseSettings) -> Result<(), StorageError> {
    // Every user may use this one.
    let options = settings.url.options().clone().database("information_schema");
    let mut connection = connect(settings, options).await?;
    let name = settings.url.database().replace('`', "``");
    let statement =
        format!("CREATE DATABASE IF NOT EXISTS `{name}` CHARACTER SET utf8mb4 COLLATE utf8mb4_bin");
    let created = connection.execute(AssertSqlSafe(statement)).await;
    created?;
    Ok(())
}

async fn connect(
    settings: &DatabaseSettings,
    options: MySqlConnectOptions,
) -> Result<MySqlConnection, StorageError> {
    match timeout(settings.connect_timeout, options.connect()).await {
        Ok(connection) => Ok(connection?),
        Err(_) => Err(Failure::from(sqlx::Error::PoolTimedOut).into()),
    }
}

/// The versions in these rows; none when there is no table of them yet.
fn versions(rows: Result<Vec<MySqlRow>, Failure>) -> Result<Vec<i64>, Failure> {
    match rows {
        Ok(rows) => Ok(rows.iter().map(|row| row.try_get(0)).collect::<Result<_, _>>()?),
        Err(failure) if failure.code == Some(NO_SUCH_TABLE) => Ok(Vec::new()),
        Err(failure) => Err(failure),
    }
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

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    #[test]
    fn every_file_of_the_folder_is_a_migration() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../migrations");
        let files = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
        let mut in_folder: Vec<_> = files
            .filter(|file| file.extension().is_some_and(|extension| extension == "sql"))
            .map(|file| file.file_name().unwrap().to_str().unwrap().to_owned())
            .collect();
        in_folder.sort();
        let listed = FILES.map(|(version, description, _)| {
            format!("{version:04}_{}.sql", description.replace(' ', "_"))
        });
        assert_eq!(in_folder, listed);
    }
}
