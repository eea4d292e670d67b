//! One installation of its own for each fault.

use std::time::Duration;

use registrar_domain::RegistrationId;
use registrar_local::{ServerOptions, ServerPair};
use registrar_tests::api::{Api, id_of};
use registrar_tests::load::Load;
use registrar_tests::oracle::Oracle;
use registrar_tests::proxy::Proxy;
use registrar_tests::servers::Servers;
use registrar_tests::student::Student;
use registrar_tests::wait;
use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::task::block_in_place;
use tokio::time::timeout;

/// Far longer than any of these tests takes, so that only a hang meets it.
pub(crate) const LIMIT: Duration = Duration::from_mins(6);

/// Each scene is a RabbitMQ, a MariaDB, an API and a worker.
pub(crate) static PLACES: Semaphore = Semaphore::const_new(3);

/// Enough for batches of many rows.
pub(crate) const CLIENTS: usize = 8;

/// Enough for registrations that travel in groups, on [`ONE_CONNECTION`].
pub(crate) const CROWD: usize = 32;
pub(crate) const ONE_CONNECTION: (&str, &str) = ("REGISTRAR_PUBLISH_CONNECTIONS", "1");

/// On a busy machine the broker may take longer than the usual five seconds for a confirm, and what a
/// request is refused for must be the fault alone.
pub(crate) const LONG_CONFIRM: (&str, &str) = ("REGISTRAR_PUBLISH_CONFIRM_TIMEOUT", "15s");

/// The first name of students that the database refuses; see [`Scene::refuse_rows`].
pub(crate) const REFUSED_BY_DATABASE: &str = "Mallory";

/// An API on servers that the test may kill. The workers are the test's own.
pub(crate) struct Scene {
    pub(crate) api: Api,
    pub(crate) servers: Servers,
    pub(crate) oracle: Oracle,
    /// Ends after the programs.
    pub(crate) pair: ServerPair,
    _place: SemaphorePermit<'static>,
}

impl Scene {
    pub(crate) async fn set() -> Self {
        Self::set_with(&[]).await
    }

    async fn set_with(api_settings: &[(&str, &str)]) -> Self {
        let place = PLACES.acquire().await.unwrap();
        let options = ServerOptions::temporary();
        let pair = block_in_place(|| ServerPair::start(&options, &options)).unwrap();
        block_in_place(|| pair.database.admin().create_database("registrar")).unwrap();
        let servers = Servers {
            database_url: pair.database.admin().database_url("registrar"),
            amqp_url: pair.broker.management().url(),
        };
        let servers = servers.migrated().await;
        let oracle = Oracle::new(&servers.database_url);
        let api_settings = [&[LONG_CONFIRM], api_settings].concat();
        let api = Api::start_with(&servers, &api_settings).await;
        Self { api, servers, oracle, pair, _place: place }
    }

    /// The same servers, with a proxy before the broker.
    pub(crate) async fn through_a_proxy(&self) -> (Servers, Proxy) {
        let proxy = Proxy::to(&self.servers.amqp_url).await;
        (Servers { amqp_url: proxy.url(&self.servers.amqp_url), ..self.servers.clone() }, proxy)
    }

    /// Lets the database refuse the rows of some students.
    pub(crate) async fn refuse_rows(&self) {
        let constraint = "ALTER TABLE students ADD CONSTRAINT c CHECK (first_name <> 'Mallory')";
        self.oracle.sql(constraint).await;
    }

    /// Has a registration accepted beside the load.
    pub(crate) async fn accepted(&self, student: &Student) -> RegistrationId {
        id_of(&self.api.accepted(student).await)
    }

    /// Clients that send everything there is: with and without keys, and addresses twice.
    pub(crate) fn load(&self) -> Load {
        Load::start_mixed(&self.api.url, CLIENTS)
    }

    /// Waits until registrations have travelled in groups: since it started, the broker has received
    /// fewer messages of any kind than this load's registrations.
    pub(crate) async fn has_received_groups(&self, load: &Load) {
        wait::until("registrations travel in groups", async || {
            let accepted = load.accepted();
            let received = block_in_place(|| self.pair.broker.messages_received()).unwrap();
            println!("GROUPS {accepted} registrations in {received} messages");
            (accepted > usize::try_from(received).unwrap()).then_some(())
        })
        .await;
    }
}

/// Runs a test on a scene, and fails it should it hang.
pub(crate) async fn play(test: impl AsyncFnOnce(Scene)) {
    play_with(&[], test).await;
}

/// Runs a test on a scene whose API has these settings.
pub(crate) async fn play_with(api_settings: &[(&str, &str)], test: impl AsyncFnOnce(Scene)) {
    let scene = Scene::set_with(api_settings).await;
    // Boxed, since some tests hold many programs.
    timeout(LIMIT, Box::pin(test(scene))).await.expect("the test takes too long");
}
