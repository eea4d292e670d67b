//! A virtual host for one test, and what is in its queues.

use std::collections::HashSet;
use std::future::Future;
use std::time::Duration;

use lapin::message::BasicGetMessage;
use lapin::options::BasicGetOptions;
use lapin::types::FieldTable;
use lapin::{Connection, ConnectionProperties};
use registrar_local::{RabbitMq, ServerOptions, TestServers, TestVhost};
use registrar_messaging::{AmqpUrl, MessagingSettings};
use serde_json::Value;

/// Far longer than anything here takes, so that only a hang meets it.
pub(crate) const TIMEOUT: Duration = Duration::from_secs(30);

/// A virtual host on the broker that all tests share.
pub(crate) fn shared() -> TestVhost {
    tokio::task::block_in_place(|| TestServers::shared().unwrap().create_vhost().unwrap())
}

/// A broker that the test may kill, freeze and starve.
pub(crate) fn own() -> RabbitMq {
    tokio::task::block_in_place(|| RabbitMq::start(&ServerOptions::temporary()).unwrap())
}

pub(crate) fn settings(url: &str) -> MessagingSettings {
    MessagingSettings {
        // Longer than any wait here: a publisher that lets only the heartbeat end one fails its test.
        amqp_heartbeat_seconds: 60.try_into().unwrap(),
        amqp_connect_timeout: TIMEOUT,
        ..MessagingSettings::new(AmqpUrl::parse(url).unwrap())
    }
}

/// Waits for an event, and fails when it does not come.
pub(crate) async fn soon<T>(event: impl Future<Output = T>) -> T {
    tokio::time::timeout(TIMEOUT, event).await.expect("it did not happen in time")
}

/// Polls a condition until it holds; false when it never does.
pub(crate) async fn until(mut holds: impl FnMut() -> bool) -> bool {
    let polling = async {
        while !holds() {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    };
    tokio::time::timeout(TIMEOUT, polling).await.is_ok()
}

/// A client that shares no code with what is tested.
pub(crate) struct Inspector {
    connection: Connection,
}

impl Inspector {
    pub(crate) async fn connect(url: &str) -> Self {
        let properties = ConnectionProperties::default();
        Self { connection: soon(Connection::connect(url, properties)).await.unwrap() }
    }

    pub(crate) async fn channel(&self) -> lapin::Channel {
        self.connection.create_channel().await.unwrap()
    }

    /// Takes everything that is ready in a queue, for good.
    pub(crate) async fn take_all(&self, queue: &str) -> Vec<BasicGetMessage> {
        let channel = self.channel().await;
        let mut taken = Vec::new();
        let options = BasicGetOptions { no_ack: true };
        while let Some(message) = channel.basic_get(queue.into(), options).await.unwrap() {
            taken.push(message);
        }
        taken
    }

    /// The ids of everything that is ready in a queue; taken out for good.
    pub(crate) async fn take_ids(&self, queue: &str) -> HashSet<String> {
        let id = |m: &BasicGetMessage| m.delivery.properties.message_id().clone().unwrap();
        self.take_all(queue).await.iter().map(|message| id(message).to_string()).collect()
    }

    /// Removes a binding, as an operator's mistake would.
    pub(crate) async fn unbind(&self, queue: &str, exchange: &str, key: &str) {
        let (queue, exchange, key) = (queue.into(), exchange.into(), key.into());
        let channel = self.channel().await;
        channel.queue_unbind(queue, exchange, key, FieldTable::default()).await.unwrap();
    }
}

/// Sets a policy on some queues of a virtual host, above the shared ones.
pub(crate) fn set_policy(vhost: &TestVhost, pattern: &str, definition: &Value) {
    let management = vhost.management();
    tokio::task::block_in_place(|| {
        management.set_policy(vhost.name(), "test", pattern, definition).unwrap();
    });
}

/// What the broker says about a queue.
pub(crate) async fn describe(vhost: &TestVhost, queue: &str) -> Value {
    let amqp = reqwest::Url::parse(&vhost.url()).unwrap();
    let url = format!("{}api/queues/{}/{queue}", vhost.management().http_url(), vhost.name());
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let request = client.get(url).basic_auth(amqp.username(), amqp.password());
    request.send().await.unwrap().json().await.unwrap()
}
