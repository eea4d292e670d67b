//! The local stack: private `MariaDB`, `RabbitMQ`, nginx and Prometheus servers, for `make run` and for
//! the tests.
//!
//! Private means: own data folder, own ports on 127.0.0.1, own Erlang name service; nothing of
//! the system's own servers is read or touched, also as root. A server ends with the process
//! that started it, however that ends ([`Keeper`] says how).
//!
//! Everything here blocks; every wait has a deadline.

mod address;
mod data_dir;
mod error;
mod mariadb;
mod nginx;
pub mod output;
mod process;
mod prometheus;
mod rabbitmq;
mod rotel;
mod secret;
mod server;
mod server_pair;
mod test_servers;
mod tools;

pub use data_dir::ServerOptions;
pub use error::StackError;
pub use mariadb::{DatabaseAdmin, MariaDb};
pub use nginx::Nginx;
pub use process::{Claim, Keeper, Managed, output_within, poll_until, require_free};
pub use prometheus::{
    Alert, Alertmanager, Exemplar, ExemplarSeries, Labels, MysqldExporter, Prometheus,
    PrometheusApi, PrometheusOptions, Rule, RuleGroup, ScrapeTargets, Series, Target,
};
pub use rabbitmq::{Cluster, Connection, Management, Queue, RabbitMq};
pub use rotel::Rotel;
pub use secret::{random_secret, write_private};
pub use server::{Server, Service};
pub use server_pair::ServerPair;
pub use test_servers::{TestDatabase, TestServers, TestVhost};
pub use tools::{Generation, NGINX, PROMETHEUS, Program, TOOLS, Tool, UnpackedTools};
