//! The settings of every connection, and the pool.

use std::time::Duration;

use registrar_local::{MariaDb, ServerOptions};
use registrar_storage::{
    DatabaseMetrics, DatabaseSettings, ErrorClass, Pool, PoolConnections, RegistrationStore as _,
    Verdict,
};
use registrar_telemetry::metrics::Metrics;
use registrar_tests::exposition::Exposition;
use registrar_tests::wait::until;

use super::fixture::{Fixture, REGISTERED, newly, outcomes, settings, student};

#[tokio::test]
async fn connections_are_in_utc_and_wait_briefly_for_locks() {
    let fixture = Fixture::new().await;
    // A trigger sees the variables of the connection that inserts.
    fixture.sql("CREATE TABLE seen (time_zone TEXT, lock_wait INT, characters TEXT)").await;
    fixture
        .sql(
            "CREATE TRIGGER t BEFORE INSERT ON students FOR EACH ROW INSERT INTO seen VALUES \
             (@@SESSION.time_zone, @@SESSION.innodb_lock_wait_timeout, \
              @@SESSION.character_set_client)",
        )
        .await;
    fixture.store(&[student("Ada", "ada@example.com")]).await;
    let seen: (String, i32, String) =
        sqlx::query_as("SELECT * FROM seen").fetch_one(&fixture.admin).await.unwrap();
    assert_eq!(seen, ("+00:00".to_owned(), 1, "utf8mb4".to_owned()));
}

#[tokio::test]
async fn connections_are_strict_and_read_what_is_committed_whatever_the_server_does() {
    let server = MariaDb::start(&ServerOptions::temporary()).unwrap();
    let lenient = "SET GLOBAL sql_mode = ''; \
                   SET GLOBAL TRANSACTION ISOLATION LEVEL REPEATABLE READ";
    server.admin().execute(lenient).unwrap();
    let fixture = Fixture::on(&server).await;
    fixture.sql("ALTER TABLE students MODIFY first_name VARCHAR(5) NOT NULL").await;
    let verdicts = fixture.store(&[student("Anastasia", "a@example.com")]).await;
    assert!(matches!(verdicts[..], [Verdict::Refused { code: Some(1406), .. }]), "{verdicts:?}");

    let version: String =
        sqlx::query_scalar("SELECT VERSION()").fetch_one(&fixture.admin).await.unwrap();
    let variable =
        if version.contains("MariaDB") { "tx_isolation" } else { "transaction_isolation" };
    fixture.sql("CREATE TABLE seen (isolation TEXT)").await;
    fixture
        .sql(&format!(
            "CREATE TRIGGER t BEFORE INSERT ON students FOR EACH ROW \
             INSERT INTO seen VALUES (@@SESSION.{variable})"
        ))
        .await;
    fixture.store(&[student("Ada", "ada@example.com")]).await;
    let seen: String =
        sqlx::query_scalar("SELECT * FROM seen").fetch_one(&fixture.admin).await.unwrap();
    assert_eq!(seen, "READ-COMMITTED");
}

#[tokio::test]
async fn connections_are_encrypted_when_the_server_can() {
    let fixture = Fixture::new().await;
    let variables = "SELECT CONCAT(variable_name, '=', variable_value) \
                     FROM information_schema.global_variables \
                     WHERE variable_name = 'have_ssl'";
    // MySQL keeps its variables elsewhere, and makes itself a certificate.
    let have_ssl: Option<String> =
        sqlx::query_scalar(variables).fetch_optional(&fixture.admin).await.unwrap_or_default();
    let can = have_ssl.is_none_or(|value| value.ends_with("=YES"));
    let (_, name) = fixture.url.rsplit_once('/').unwrap();
    let (_, place) = fixture.url.rsplit_once('@').unwrap();
    // MySQL allows 32 characters.
    let user = format!("tls_{}", &name[name.len() - 20..]);
    fixture.sql(&format!("CREATE USER {user} IDENTIFIED BY 'Secret-1' REQUIRE SSL")).await;
    fixture.sql(&format!("GRANT SELECT ON {name}.* TO {user}")).await;
    let pool = Pool::new(&settings(&format!("mysql://{user}:Secret-1@{place}")));
    let answer = pool.ping().await;
    fixture.sql(&format!("DROP USER {user}")).await;
    assert_eq!(answer.is_ok(), can, "{answer:?}");
}

#[tokio::test]
async fn a_wrong_password_says_so_at_once() {
    let fixture = Fixture::new().await;
    let (_, place) = fixture.url.rsplit_once('@').unwrap();
    let pool = Pool::new(&settings(&format!("mysql://no_such_user:hunter2@{place}")));
    let error = pool.ping().await.unwrap_err();
    assert_eq!((error.class(), error.code()), (ErrorClass::System, Some(1045)));
    assert!(error.to_string().starts_with("MySQL refuses the user or the password"), "{error}");
    assert!(!format!("{error:?}").contains("hunter2"));
}

#[tokio::test]
async fn a_server_that_is_not_there_is_a_transient_error_within_the_timeout() {
    // Port 9, discard: nothing listens.
    let mut settings = settings("mysql://me@127.0.0.1:9/registrar");
    settings.connect_timeout = Duration::from_millis(200);
    let error = Pool::new(&settings).ping().await.unwrap_err();
    assert_eq!(error.class(), ErrorClass::Transient);
    assert!(error.to_string().contains("cannot be reached"), "{error}");
}

#[tokio::test]
async fn a_pool_without_a_free_connection_says_so() {
    let change = |settings: &mut DatabaseSettings| settings.connections = 1;
    let fixture = Fixture::with(change).await;
    let lock = fixture.hold_slow_inserts().await;
    let storing = fixture.store_in_background(student("Slow", "slow@example.com"));
    fixture.held().await;
    let error = fixture.pool.ping().await.unwrap_err();
    assert_eq!((error.class(), error.fingerprint()), (ErrorClass::Transient, "no_free_connection"));
    drop(lock);
    assert_eq!(outcomes(&storing.await.unwrap().unwrap()), [REGISTERED]);
}

#[tokio::test]
async fn the_default_login_of_a_server_works_and_without_tls_it_says_what_it_needs() {
    let fixture = Fixture::new().await;
    let (_, name) = fixture.url.rsplit_once('/').unwrap();
    let (_, place) = fixture.url.rsplit_once('@').unwrap();
    let user = format!("login_{}", &name[name.len() - 20..]);
    fixture.sql(&format!("CREATE USER {user} IDENTIFIED BY 'Secret-1'")).await;
    fixture.sql(&format!("GRANT SELECT ON {name}.* TO {user}")).await;
    let url = format!("mysql://{user}:Secret-1@{place}");
    let without_tls = Pool::new(&settings(&format!("{url}?ssl-mode=DISABLED"))).ping().await;
    let usual = Pool::new(&settings(&url)).ping().await;
    fixture.sql(&format!("DROP USER {user}")).await;
    usual.unwrap();
    // MariaDB has another default, which needs no TLS.
    if let Err(error) = without_tls {
        assert_eq!(error.fingerprint(), "login_needs_tls", "{error}");
    }
}

#[tokio::test]
async fn a_restarted_server_costs_no_error() {
    let mut server = MariaDb::start(&ServerOptions::temporary()).unwrap();
    let fixture = Fixture::on(&server).await;
    let Fixture { ref pool, ref store, .. } = fixture;
    let storing = (0..4).map(|n| student("Ada", &format!("{n}@example.com")));
    let storing: Vec<_> = storing.map(|one| fixture.store_in_background(one.clone())).collect();
    for stored in storing {
        assert_eq!(stored.await.unwrap().unwrap(), [newly(REGISTERED)]);
    }
    until("the connections are idle", async || (pool.connections().in_use == 0).then_some(()))
        .await;
    assert!(pool.connections().idle > 1, "{:?}", pool.connections());
    server.restart().unwrap();
    // All the idle connections are dead, and none of them is used.
    let stored = store.store(&[student("Zoe", "zoe@example.com")]).await;
    assert_eq!(stored.unwrap(), [newly(REGISTERED)]);
    server.kill().unwrap();
    let error = store.store(&[student("Eve", "eve@example.com")]).await.unwrap_err();
    assert_eq!(error.class(), ErrorClass::Transient);
}

#[tokio::test]
async fn the_pool_reports_its_size_and_every_wait() {
    let fixture = Fixture::with(|settings| settings.connections = 2).await;
    let metrics = Metrics::new();
    let watching = DatabaseMetrics::register(&metrics).unwrap();
    let pool = Pool::new(&fixture.settings).watched_by(&watching, "worker").unwrap();
    assert_eq!(pool.connections(), PoolConnections { in_use: 0, idle: 0 });
    pool.ping().await.unwrap();
    until("the connection is idle", async || (pool.connections().idle == 1).then_some(())).await;
    pool.ping().await.unwrap();
    until("the connection is idle", async || (pool.connections().idle == 1).then_some(())).await;
    assert_eq!(pool.connections(), PoolConnections { in_use: 0, idle: 1 });
    let shown = Exposition::parse(&metrics.render().unwrap());
    assert_eq!(shown.value("db_pool_acquire_seconds_count{pool=\"worker\"}"), Some(2.0));
    assert_eq!(shown.value("db_pool_connections{pool=\"worker\",state=\"idle\"}"), Some(1.0));
    assert_eq!(shown.value("db_pool_connections{pool=\"worker\",state=\"in_use\"}"), Some(0.0));
}
