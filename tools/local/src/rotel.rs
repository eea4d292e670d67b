//! A collector that writes down the traces it receives: rotel, which has none of our code.

use crate::data_dir::{Home, ServerOptions};
use crate::process::{Port, is_listening};
use crate::server::{Server, Service};
use crate::{Program, StackError};

const WHAT: &str = "rotel";

/// A rotel of our own that forwards nothing; its log has everything that it received.
pub type Rotel = Server<Collector>;

#[derive(Debug)]
pub struct Collector {
    grpc: Port,
    http: Port,
}

impl Service for Collector {
    fn port(&self) -> u16 {
        self.grpc.number()
    }

    fn answers(&self) -> bool {
        is_listening(self.grpc.number()) && is_listening(self.http.number())
    }
}

impl Rotel {
    /// Starts `program` on free ports and waits until it takes connections.
    pub fn start(program: &Program) -> Result<Self, StackError> {
        let home = Home::open(WHAT, ServerOptions::temporary().data_dir.as_deref())?;
        let collector = Collector { grpc: Port::choose(WHAT, 0)?, http: Port::choose(WHAT, 0)? };
        let mut command = program.command();
        command
            .args(["start", "--exporter", "blackhole"])
            .args(["--debug-log", "traces", "--debug-log-verbosity", "detailed"])
            .args(["--otlp-grpc-endpoint", &address(&collector.grpc)])
            .args(["--otlp-http-endpoint", &address(&collector.http)]);
        Self::launch(home, command, collector)
    }

    pub fn grpc_endpoint(&self) -> String {
        format!("http://{}", address(&self.service.grpc))
    }

    pub fn http_endpoint(&self) -> String {
        format!("http://{}", address(&self.service.http))
    }
}

fn address(port: &Port) -> String {
    format!("127.0.0.1:{}", port.number())
}
