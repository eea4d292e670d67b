//! A server that is there and does not answer.

use std::slice::from_ref;
use std::time::Duration;

use registrar_local::{MariaDb, ServerOptions};
use registrar_storage::{ErrorClass, MySqlStore, Pool, PoolConnections, RegistrationStore as _};
use registrar_tests::wait::until;
use tokio::time::timeout;

use super::fixture::{Fixture, REGISTERED, newly, settings, student};
use super::silencer::{Silencer, address_in};

fn pool(url: &str, connect_timeout: Duration) -> Pool {
    let mut settings = settings(url);
    settings.connect_timeout = connect_timeout;
    Pool::new(&settings)
}

/// A busy machine may take longer than the timeout to open one.
async fn several_idle(pool: &Pool) {
    until("several connections are idle", async || {
        futures_util::future::join_all((0..5).map(|_| pool.ping())).await;
        let PoolConnections { in_use, idle } = pool.connections();
        (in_use == 0 && idle > 2).then_some(())
    })
    .await;
}

/// The timers of one task are compared, so that a machine that stalls makes no difference.
async fn before_a_second_timeout<T>(
    connect_timeout: Duration,
    event: impl Future<Output = T>,
) -> T {
    timeout(2 * connect_timeout, event).await.expect("it waits for one timeout after the other")
}

#[tokio::test]
async fn a_frozen_server_costs_one_timeout_however_many_connections_are_idle() {
    let server = MariaDb::start(&ServerOptions::temporary()).unwrap();
    let fixture = Fixture::on(&server).await;
    let connect_timeout = Duration::from_millis(500);
    let pool = pool(&fixture.url, connect_timeout);
    several_idle(&pool).await;
    server.pause().unwrap();
    let error = before_a_second_timeout(connect_timeout, Box::pin(pool.ping())).await.unwrap_err();
    assert_eq!(error.class(), ErrorClass::Transient);
    assert_eq!(pool.connections(), PoolConnections { in_use: 0, idle: 0 });
    server.resume().unwrap();
    until("the server answers", async || pool.ping().await.ok()).await;
}

#[tokio::test]
async fn idle_connections_to_a_frozen_server_leave_time_to_open_a_new_one() {
    let fixture = Fixture::new().await;
    let proxy = Silencer::start(address_in(&fixture.url), b"nothing says this").await;
    // Half of it is left to open one.
    let pool = pool(&proxy.url(&fixture.url), Duration::from_secs(5));
    several_idle(&pool).await;
    // As a firewall does that forgets connections.
    proxy.silence_all_so_far();
    pool.ping().await.unwrap();
}

#[tokio::test]
async fn closing_the_pool_ends_in_time_although_a_statement_gets_no_answer() {
    let fixture = Fixture::new().await;
    let connect_timeout = Duration::from_secs(3);
    let pool = pool(&fixture.url, connect_timeout);
    let lock = fixture.hold_slow_inserts().await;
    let (store, slow) = (MySqlStore::new(pool.clone()), student("Slow", "slow@example.com"));
    let storing = tokio::spawn(async move { store.store(from_ref(&slow)).await });
    fixture.held().await;
    before_a_second_timeout(connect_timeout, pool.close()).await;
    assert!(!storing.is_finished(), "it gets no answer yet");
    drop(lock);
    assert_eq!(storing.await.unwrap().unwrap(), [newly(REGISTERED)]);
    let none = PoolConnections { in_use: 0, idle: 0 };
    until("the connection is closed", async || (pool.connections() == none).then_some(())).await;
}
