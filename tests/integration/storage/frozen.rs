//! A server that is there and does not answer.

use std::time::{Duration, Instant};

use registrar_domain::RegistrationId;
use registrar_local::{MariaDb, ServerOptions};
use registrar_storage::{ErrorClass, Pool, PoolConnections, StatusReader};
use registrar_tests::wait::until_within;

use super::fixture::{Fixture, settings};
use super::silencer::{Silencer, address_in};

const CONNECT_TIMEOUT: Duration = Duration::from_millis(500);
/// For a busy machine; all the same far below what is refused here.
const SLACK: Duration = Duration::from_millis(400);

fn pool(url: &str) -> Pool {
    let mut settings = settings(url);
    settings.connect_timeout = CONNECT_TIMEOUT;
    Pool::new(&settings)
}

async fn count_of_idle(pool: &Pool, count: usize) {
    let wanted = PoolConnections { in_use: 0, idle: count };
    until_within(CONNECT_TIMEOUT + 5 * SLACK, "the connections are back in the pool", async || {
        (pool.connections() == wanted).then_some(())
    })
    .await;
}

async fn several_idle(pool: &Pool) {
    let pings = (0..5).map(|_| pool.ping());
    for pinged in futures_util::future::join_all(pings).await {
        pinged.unwrap();
    }
    until_within(10 * SLACK, "the connections are idle", async || {
        (pool.connections().in_use == 0).then_some(())
    })
    .await;
    assert!(pool.connections().idle > 2, "{:?}", pool.connections());
}

#[tokio::test]
async fn a_frozen_server_costs_one_timeout_however_many_connections_are_idle() {
    let server = MariaDb::start(&ServerOptions::temporary()).unwrap();
    let fixture = Fixture::on(&server).await;
    let pool = pool(&fixture.url);
    several_idle(&pool).await;
    server.pause().unwrap();
    let began = Instant::now();
    let error = pool.ping().await.unwrap_err();
    assert!(began.elapsed() < CONNECT_TIMEOUT + SLACK, "{:?}", began.elapsed());
    assert_eq!(error.class(), ErrorClass::Transient);
    assert_eq!(pool.connections(), PoolConnections { in_use: 0, idle: 0 });
    server.resume().unwrap();
    until_within(10 * SLACK, "the server answers", async || pool.ping().await.ok()).await;
}

#[tokio::test]
async fn idle_connections_to_a_frozen_server_leave_time_to_open_a_new_one() {
    let fixture = Fixture::new().await;
    let proxy = Silencer::start(address_in(&fixture.url), b"nothing says this").await;
    let pool = pool(&proxy.url(&fixture.url));
    several_idle(&pool).await;
    // As a firewall does that forgets connections.
    proxy.silence_all_so_far();
    let began = Instant::now();
    pool.ping().await.unwrap();
    assert!(began.elapsed() < CONNECT_TIMEOUT + SLACK, "{:?}", began.elapsed());
}

#[tokio::test]
async fn closing_the_pool_ends_in_time_although_a_statement_gets_no_answer() {
    let fixture = Fixture::new().await;
    let pool = pool(&fixture.url);
    let lock = fixture.locked_by("LOCK TABLES students WRITE").await;
    let reader = StatusReader::new(pool.clone());
    let reading =
        tokio::spawn(async move { reader.decisions(&[RegistrationId::generate()]).await });
    fixture.connection_that_runs("SELECT registration_id").await;
    let began = Instant::now();
    pool.close().await;
    assert!(began.elapsed() < CONNECT_TIMEOUT + SLACK, "{:?}", began.elapsed());
    drop(lock);
    reading.await.unwrap().unwrap();
    count_of_idle(&pool, 0).await;
}
