//! The servers that all drills share, since starting them takes longest. Each drill has a database of its
//! own, and queues that are declared anew.

use std::sync::LazyLock;
use std::time::Duration;

use registrar_local::{MysqldExporter, ServerOptions, ServerPair, UnpackedTools};
use registrar_tests::servers::Servers;
use tokio::sync::{Mutex, MutexGuard};
use tokio::task::block_in_place;

use super::files::repository;

/// The only virtual host whose queues the rules know.
const VHOST: &str = "/";

/// Between two reports of a queue's counts, in place of five seconds: windows are shortened too.
const TICK: Duration = Duration::from_millis(250);

/// A database server with its exporter, and a broker. They end with this process.
pub(crate) struct SharedServers {
    pub(crate) pair: ServerPair,
    pub(crate) exporter: MysqldExporter,
}

static SHARED: LazyLock<Mutex<SharedServers>> =
    LazyLock::new(|| Mutex::new(SharedServers::start()));

/// The servers, for one drill at a time.
pub(crate) async fn shared() -> MutexGuard<'static, SharedServers> {
    block_in_place(|| LazyLock::force(&SHARED)).lock().await
}

/// What `scripts/tools metrics` has unpacked.
pub(crate) fn tools() -> UnpackedTools {
    UnpackedTools::at(repository().join(".local/tools"))
}

impl SharedServers {
    fn start() -> Self {
        let options = ServerOptions::temporary();
        let pair = ServerPair::start(&options, &options).unwrap();
        pair.broker.set_queue_tick(TICK).unwrap();
        let program = tools().mysqld_exporter().unwrap();
        let exporter = MysqldExporter::start(&program, &options, &pair.database).unwrap();
        Self { pair, exporter }
    }

    /// An empty database, and no queue of before.
    pub(crate) async fn emptied_for(&self, alert: &str) -> Servers {
        let database = format!("drill_{}", alert.to_lowercase());
        block_in_place(|| {
            let management = self.pair.broker.management();
            for queue in management.list_queues(VHOST).unwrap() {
                management.delete_queue(VHOST, &queue.name).unwrap();
            }
            self.pair.database.admin().create_database(&database).unwrap();
        });
        let servers = Servers {
            database_url: self.pair.database.admin().database_url(&database),
            amqp_url: self.pair.broker.management().url(),
        };
        servers.migrated().await
    }
}
