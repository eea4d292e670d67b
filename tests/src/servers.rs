//! The addresses of the servers that a test's programs use.

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
