//! What `POST /register` and the status addresses promise, with the API as a process.

mod accepting;
mod outages;
mod pages;
mod privacy;
mod stopping;
mod streams;
mod tracing;
mod waiting;

use std::collections::BTreeMap;

use lapin::message::BasicGetMessage;
use lapin::options::BasicGetOptions;
use lapin::{Connection, ConnectionProperties};
use registrar_domain::{HoldReason, Lane, Registration};
use registrar_local::{MariaDb, ServerOptions};
use registrar_messaging::{Envelope, queue_for};
use registrar_storage::{DeadLetter, MySqlStore, Pool, RegistrationStore as _};
use registrar_tests::servers::Servers;
use registrar_tests::wait;
use reqwest::Response;
use tokio::task::block_in_place;

use crate::end_to_end::Home;

/// These servers with a database that a test may kill.
async fn with_a_database_of_its_own(home: &Home) -> (MariaDb, Servers) {
    let database = block_in_place(|| MariaDb::start(&ServerOptions::temporary()).unwrap());
    block_in_place(|| database.admin().create_database("registrar").unwrap());
    let database_url = database.admin().database_url("registrar");
    let servers = Servers { database_url, ..home.servers.clone() }.migrated().await;
    (database, servers)
}

fn header<'a>(response: &'a Response, name: &str) -> &'a str {
    response.headers().get(name).map_or("", |value| value.to_str().unwrap())
}

/// The next message in the queue, read by an independent client.
async fn next_message(amqp_url: &str) -> Option<BasicGetMessage> {
    let connection = Connection::connect(amqp_url, ConnectionProperties::default()).await.unwrap();
    let channel = connection.create_channel().await.unwrap();
    let queue = queue_for(Lane::Interactive).into();
    channel.basic_get(queue, BasicGetOptions { no_ack: true }).await.unwrap()
}

async fn taken_from_the_queue(home: &Home) -> Registration {
    let message =
        wait::until("it is queued", async || next_message(&home.servers.amqp_url).await).await;
    Envelope::decode(&message.delivery.data).unwrap().registrations.remove(0)
}

/// Puts a registration on hold, as a worker does.
async fn hold(home: &Home, registration: &Registration) {
    let dead_letter = DeadLetter {
        registration_id: Some(registration.id),
        message_id: None,
        payload: Vec::new(),
        headers: BTreeMap::new(),
        lane: Some(Lane::Interactive),
        reason: HoldReason::RefusedByDatabase,
        fingerprint: String::new(),
        attempts: 1,
        accepted_at: None,
    };
    let store = MySqlStore::new(Pool::new(&home.servers.database_settings()));
    store.hold(&[dead_letter]).await.unwrap();
}
