//! A service of the same shape in Node, in `bench/peer`: what the API is measured against.

use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use registrar_domain::Lane;
use registrar_local::{Keeper, Managed};
use registrar_messaging::REGISTRATIONS_EXCHANGE;
use registrar_tests::wait;
use tempfile::TempDir;
use tokio::net::TcpStream;

/// One for each of the two processors that the targets are about.
const PROCESSES: &str = "2";

/// The running service.
pub(crate) struct Peer {
    /// Where it listens.
    pub(crate) address: SocketAddr,
    _process: Managed,
    _folder: TempDir,
    // Dropped last: it ends what is still running.
    _keeper: Keeper,
}

impl Peer {
    /// Installs what it needs and starts it; `amqp_url` has the exchange and the queue.
    pub(crate) async fn start(amqp_url: &str) -> Self {
        install();
        let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let keeper = Keeper::start(None).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let mut command = Command::new("node");
        command.arg("server.js").current_dir(source());
        command.env("AMQP_URL", amqp_url).env("PORT", address.port().to_string());
        command.env("EXCHANGE", REGISTRATIONS_EXCHANGE);
        command.env("ROUTING_KEY", Lane::Interactive.as_str());
        command.env("PROCESSES", PROCESSES).env("NODE_ENV", "production");
        let log = folder.path().join("log");
        let process = Managed::spawn("the peer", &mut command, Stdio::null(), &log, &keeper);
        wait::until("the peer listens", async || {
            let log = std::fs::read_to_string(&log).ok()?;
            if !log.contains("listening") {
                return None;
            }
            TcpStream::connect(address).await.ok().map(drop)
        })
        .await;
        Self { address, _process: process.unwrap(), _folder: folder, _keeper: keeper }
    }
}

fn install() {
    let mut npm = Command::new("npm");
    npm.args(["ci", "--silent", "--no-audit", "--no-fund"]).current_dir(source());
    assert!(npm.status().unwrap().success(), "npm ci failed in bench/peer");
}

fn source() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../bench/peer")
}
