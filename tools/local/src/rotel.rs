//! A collector that writes down the traces it receives: rotel, which has none of our code.

use std::net::TcpStream;
use std::path::PathBuf;
use std::time::Duration;

use crate::data_dir::{Home, Port, ServerOptions};
use crate::process::Managed;
use crate::{Program, StackError};

const WHAT: &str = "rotel";
const START_TIMEOUT: Duration = Duration::from_secs(30);

/// A rotel of our own on 127.0.0.1 that forwards nothing. It ends with this value, or with this
/// process.
#[derive(Debug)]
pub struct Rotel {
    // Before `home`, whose keeper ends whatever is left.
    _process: Managed,
    grpc: Port,
    http: Port,
    home: Home,
}

impl Rotel {
    /// Starts `program` on free ports and waits until it takes connections.
    pub fn start(program: &Program) -> Result<Self, StackError> {
        let home = Home::open(WHAT, ServerOptions::temporary().data_dir.as_deref())?;
        let (grpc, http) = (Port::choose(WHAT, 0)?, Port::choose(WHAT, 0)?);
        let mut command = program.command();
        command
            .args(["start", "--exporter", "blackhole"])
            .args(["--debug-log", "traces", "--debug-log-verbosity", "detailed"])
            .args(["--otlp-grpc-endpoint", &address(&grpc)])
            .args(["--otlp-http-endpoint", &address(&http)]);
        let mut process = home.spawn(WHAT, &mut command)?;
        process.wait_ready(START_TIMEOUT, || {
            [&grpc, &http].iter().all(|port| TcpStream::connect(address(port)).is_ok())
        })?;
        Ok(Self { _process: process, grpc, http, home })
    }

    /// Where it takes OTLP by gRPC.
    pub fn grpc_endpoint(&self) -> String {
        format!("http://{}", address(&self.grpc))
    }

    /// Where it takes OTLP by HTTP.
    pub fn http_endpoint(&self) -> String {
        format!("http://{}", address(&self.http))
    }

    /// The file with everything that it received.
    pub fn output(&self) -> PathBuf {
        self.home.log()
    }
}

fn address(port: &Port) -> String {
    format!("127.0.0.1:{}", port.number())
}
