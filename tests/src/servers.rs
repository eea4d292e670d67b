//! The addresses of the servers that a test's programs use.

use registrar_local::{TestDatabase, TestServers, TestVhost};
use registrar_runtime::config;
use registrar_storage::DatabaseSettings;

/// A database and a virtual host.
#[derive(Clone, Debug)]
pub struct Servers {
    /// `mysql://…`
    pub database_url: String,
    /// `amqp://…`
    pub amqp_url: String,
}

impl Servers {
    /// Creates the tables.
    pub async fn migrated(self) -> Self {
        registrar_storage::migrate(&self.database_settings()).await.unwrap();
        self
    }

    /// Settings for the product's own storage code.
    pub fn database_settings(&self) -> DatabaseSettings {
        #[derive(clap::Parser)]
        struct Settings {
            #[command(flatten)]
            database: DatabaseSettings,
        }
        let flag = format!("--database-url={}", self.database_url);
        config::parse_from::<Settings>(["test", &flag]).unwrap().database
    }
}

/// A database and a virtual host on the servers that this process shares, dropped with the value.
#[derive(Debug)]
pub struct Fresh {
    /// How programs reach them.
    pub servers: Servers,
    /// The database.
    pub database: TestDatabase,
    /// The virtual host.
    pub vhost: TestVhost,
}

impl Fresh {
    /// Without tables.
    pub async fn empty() -> Self {
        let create = || {
            let servers = TestServers::shared().unwrap();
            (servers.create_database().unwrap(), servers.create_vhost().unwrap())
        };
        let (database, vhost) = tokio::task::spawn_blocking(create).await.unwrap();
        let servers = Servers { database_url: database.url(), amqp_url: vhost.url() };
        Self { servers, database, vhost }
    }

    /// With the tables of this version.
    pub async fn migrated() -> Self {
        let fresh = Self::empty().await;
        Self { servers: fresh.servers.migrated().await, ..fresh }
    }
}
