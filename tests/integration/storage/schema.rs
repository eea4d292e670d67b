//! The tables: created once, and reported when they are missing.

use std::slice::from_ref;

use registrar_local::{MariaDb, ServerOptions};
use registrar_storage::{
    ErrorClass, Pool, RegistrationStore as _, SchemaState, StatusReader, StorageError, migrate,
    schema_state,
};

use super::fixture::{Fixture, settings, student};

#[tokio::test]
async fn migrating_creates_the_tables_once() {
    let fixture = Fixture::without_tables(|_| {}).await;
    assert_eq!(schema_state(&fixture.pool).await, Ok(SchemaState::Behind { missing: 14 }));
    assert_eq!(migrate(&fixture.settings).await, Ok(14));
    assert_eq!(schema_state(&fixture.pool).await, Ok(SchemaState::Current));
    assert_eq!(migrate(&fixture.settings).await, Ok(0));
    assert_eq!(fixture.counts().await, (0, 0, 0));
}

#[tokio::test]
async fn processes_that_migrate_at_once_wait_for_each_other() {
    let fixture = Fixture::without_tables(|_| {}).await;
    let settings = &fixture.settings;
    let all = tokio::join!(migrate(settings), migrate(settings), migrate(settings));
    assert!(all.0.is_ok() && all.1.is_ok() && all.2.is_ok(), "{all:?}");
    assert_eq!(schema_state(&fixture.pool).await, Ok(SchemaState::Current));
}

#[tokio::test]
async fn a_missing_database_is_created() {
    let fixture = Fixture::without_tables(|_| {}).await;
    let (_, name) = fixture.url.rsplit_once('/').unwrap();
    fixture.sql(&format!("DROP DATABASE {name}")).await;
    let state = schema_state(&fixture.pool).await.unwrap_err();
    assert_eq!(
        state.to_string(),
        "The database in DATABASE_URL does not exist: run `registrar migrate`. (MySQL error 1049)"
    );
    assert_eq!(migrate(&fixture.settings).await, Ok(14));
    assert_eq!(schema_state(&Pool::new(&fixture.settings)).await, Ok(SchemaState::Current));
}

#[tokio::test]
async fn a_schema_that_is_ahead_is_current() {
    let fixture = Fixture::new().await;
    fixture
        .sql(
            "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time) \
             VALUES (9999, 'of a later version', TRUE, '', 0)",
        )
        .await;
    assert_eq!(schema_state(&fixture.pool).await, Ok(SchemaState::Current));
    assert_eq!(migrate(&fixture.settings).await, Ok(0));
}

#[tokio::test]
async fn a_migration_that_was_cut_off_says_what_to_do() {
    let fixture = Fixture::new().await;
    fixture.sql("UPDATE _sqlx_migrations SET success = FALSE WHERE version = 2").await;
    assert_eq!(schema_state(&fixture.pool).await, Ok(SchemaState::Behind { missing: 1 }));
    let error = migrate(&fixture.settings).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "Migration 2 was cut off: see the end of migrations/README.md for what to do."
    );
}

#[tokio::test]
async fn without_tables_every_call_says_to_migrate() {
    let fixture = Fixture::without_tables(|_| {}).await;
    let says_what_to_do = |error: StorageError| {
        assert_eq!((error.class(), error.code()), (ErrorClass::System, Some(1146)));
        assert_eq!(
            error.to_string(),
            "The tables of this version are not there: run `registrar migrate`. (MySQL error 1146)"
        );
    };
    let ada = student("Ada", "ada@example.com");
    says_what_to_do(fixture.store.store(from_ref(&ada)).await.unwrap_err());
    says_what_to_do(fixture.store.count_held().await.unwrap_err());
    let reader = StatusReader::new(fixture.pool.clone());
    says_what_to_do(reader.decisions(&[ada.id]).await.unwrap_err());
}

#[tokio::test]
async fn nothing_is_left_to_the_servers_defaults() {
    let server = MariaDb::start(&ServerOptions::temporary()).unwrap();
    let odd = "SET GLOBAL explicit_defaults_for_timestamp = OFF, sql_mode = '', \
               default_storage_engine = MyISAM; \
               CREATE DATABASE registrar CHARACTER SET latin1";
    server.admin().execute(odd).unwrap();
    migrate(&settings(&server.admin().database_url("registrar"))).await.unwrap();
    let ours = "table_schema = 'registrar' AND table_name <> '_sqlx_migrations'";
    let odd_columns = format!(
        "SELECT table_name, column_name FROM information_schema.columns \
         WHERE {ours} AND (extra LIKE '%on update%' \
         OR collation_name NOT IN ('utf8mb4_bin', 'ascii_bin'))"
    );
    assert_eq!(server.admin().execute(&odd_columns).unwrap(), "");
    let engines = format!("SELECT DISTINCT engine FROM information_schema.tables WHERE {ours}");
    assert_eq!(server.admin().execute(&engines).unwrap(), "InnoDB\n");
}
