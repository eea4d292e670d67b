//! The API and a worker as processes, with a database and a virtual host for each test.

mod registering;

use registrar_local::{Management, TestDatabase, TestVhost};
use registrar_tests::servers::{Fresh, Servers};

const PASSWORD: &str = "secret";

/// A user of RabbitMQ.
pub(crate) struct TestUser {
    name: String,
    vhost: String,
    management: Management,
}

impl TestUser {
    /// Gives it these rights instead.
    pub(crate) fn may(&self, rights: [&str; 3]) {
        self.management.create_user(&self.vhost, &self.name, PASSWORD, rights).unwrap();
    }
}

impl Drop for TestUser {
    fn drop(&mut self) {
        // A student that cannot be deleted is in no other test's way: the next has another name.
        let _ = tokio::task::block_in_place(|| self.management.delete_user(&self.name));
    }
}

/// A database with its tables and a virtual host, dropped with the value.
pub(crate) struct Home {
    pub(crate) servers: Servers,
    _database: TestDatabase,
    vhost: TestVhost,
}

impl Home {
    pub(crate) async fn new() -> Self {
        let home = Self::without_tables().await;
        Self { servers: home.servers.migrated().await, ..home }
    }

    pub(crate) async fn without_tables() -> Self {
        let Fresh { servers, database, vhost } = Fresh::empty().await;
        Self { servers, _database: database, vhost }
    }

    /// Whether the broker counts what a worker requeues as a delivery.
    pub(crate) fn counts_requeues(&self) -> bool {
        self.vhost.management().counts_requeues().unwrap()
    }

    /// The names of the queues.
    pub(crate) fn queues(&self) -> Vec<String> {
        let queues = self.vhost.management().list_queues(self.vhost.name()).unwrap();
        queues.into_iter().map(|queue| queue.name).collect()
    }

    /// Deletes a policy, as an operator might by mistake.
    pub(crate) fn delete_policy(&self, policy: &str) {
        self.vhost.management().delete_policy(self.vhost.name(), policy).unwrap();
    }

    /// The same servers, for a user of RabbitMQ with these rights: patterns of what it may configure,
    /// write and read. The user is deleted with the value.
    pub(crate) fn with_rights(&self, rights: [&str; 3]) -> (Servers, TestUser) {
        let (management, vhost) = (self.vhost.management().clone(), self.vhost.name().to_owned());
        let user = TestUser { name: format!("user of {vhost}"), vhost, management };
        user.may(rights);
        let mut url = reqwest::Url::parse(&self.servers.amqp_url).unwrap();
        url.set_username(&user.name).unwrap();
        url.set_password(Some(PASSWORD)).unwrap();
        (Servers { amqp_url: url.to_string(), ..self.servers.clone() }, user)
    }

    /// Where the broker's management API is.
    pub(crate) fn management_url(&self) -> String {
        self.vhost.management().http_url()
    }

    /// Deletes a queue with its messages, as an operator does.
    pub(crate) fn delete_queue(&self, queue: &str) {
        self.vhost.management().delete_queue(self.vhost.name(), queue).unwrap();
    }
}
