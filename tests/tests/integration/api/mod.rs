//! What `POST /register` and the status addresses promise, with the API as a process.

mod accepting;
mod outages;
mod pages;
mod privacy;
mod stopping;
mod streams;
mod tracing;
mod waiting;

use lapin::message::BasicGetMessage;
use lapin::options::BasicGetOptions;
use lapin::{Connection, ConnectionProperties};
use registrar_common::domain::Lane;
use registrar_common::messaging::queue_of;
use reqwest::Response;

use crate::end_to_end::Home;

fn header<'a>(response: &'a Response, name: &str) -> &'a str {
    response.headers().get(name).map_or("", |value| value.to_str().unwrap())
}

/// The next message that waits, seen by a client that knows nothing of the API.
async fn next_message(amqp_url: &str) -> Option<BasicGetMessage> {
    let connection = Connection::connect(amqp_url, ConnectionProperties::default()).await.unwrap();
    let channel = connection.create_channel().await.unwrap();
    let queue = queue_of(Lane::Interactive).into();
    channel.basic_get(queue, BasicGetOptions { no_ack: true }).await.unwrap()
}
