//! A private nginx, the door to the pages and the API.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use crate::StackError;
use crate::data_dir::{Home, ServerOptions};
use crate::process::{Port, is_listening};
use crate::server::{Server, Service};
use crate::tools::NGINX;

const WHAT: &str = "nginx";

/// The configuration that the container uses as well.
const SHARED: &str = include_str!("../../../infra/nginx/registrar.conf");

/// Each open status page takes two, and the API allows 4,096 of them (`REGISTRAR_STREAMS`).
const CONNECTIONS: u32 = 16_384;

/// The API, as the shared configuration knows it here.
const UPSTREAM: &str = "registrar_api";

/// Less than the API keeps idle connections (`REGISTRAR_HEADER_TIMEOUT`, 15 s): a request must not meet
/// one that is just being closed.
const KEPT_CONNECTIONS: &str = "        keepalive 64;\n        keepalive_timeout 10s;\n";

/// Where nginx would otherwise keep unfinished requests and answers: in the system's folders.
const TEMPORARY: [&str; 5] = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"];

pub type Nginx = Server<Web>;

#[derive(Debug)]
pub struct Web(Port);

impl Service for Web {
    fn port(&self) -> u16 {
        self.0.number()
    }

    fn answers(&self) -> bool {
        is_listening(self.port())
    }
}

impl Nginx {
    /// Starts it with the static pages in the folder `public` and the API on the port `api` of this
    /// machine, which may be absent, and waits until it takes connections.
    pub fn start(options: &ServerOptions, api: u16, public: &Path) -> Result<Self, StackError> {
        let program = NGINX.find()?;
        let home = Home::open(WHAT, options.data_dir.as_deref())?;
        let port = Port::choose(WHAT, options.port)?;
        let config = write_config(&home, port.number(), api, public)?;
        let mut command = program.command();
        // Before it has read its configuration it would log to the system's folder.
        command.args(["-e", "stderr", "-p"]).arg(&home.dir).arg("-c").arg(config);
        Self::launch(home, command, Web(port))
    }
}

fn write_config(home: &Home, port: u16, api: u16, public: &Path) -> Result<PathBuf, StackError> {
    let temporary = home.private_folder("tmp")?;
    let mut http = String::new();
    for kind in TEMPORARY {
        let folder = temporary.join(kind);
        // Writing to a string cannot fail.
        let _ = writeln!(http, "    {kind}_temp_path {};", quoted(&folder));
    }
    let registrar = SHARED
        .replace("${REGISTRAR_LISTEN}", &format!("127.0.0.1:{port}"))
        .replace("${REGISTRAR_PUBLIC}", &quoted(public))
        .replace("${REGISTRAR_UPSTREAM}", UPSTREAM)
        // Never asked, since the API is at an address.
        .replace("${REGISTRAR_RESOLVER}", "127.0.0.1")
        // Not standard output, which may be a socket.
        .replace("${REGISTRAR_ACCESS_LOG}", &quoted(&home.log()));
    let registrar = home.write("registrar.conf", &registrar)?;
    let registrar = quoted(&registrar);
    // Otherwise it gives up root for a user who may not read the folders of the user that runs this.
    let user = if rustix::process::geteuid().is_root() { "user root;\n" } else { "" };
    let config = format!(
        "{user}daemon off;\nworker_processes 1;\npid nginx.pid;\n\
         worker_rlimit_nofile {};\n\
         events {{\n    worker_connections {CONNECTIONS};\n}}\n\
         http {{\n{http}    upstream {UPSTREAM} {{\n        server 127.0.0.1:{api};\n\
         {KEPT_CONNECTIONS}    }}\n    include {registrar};\n}}\n",
        2 * CONNECTIONS,
    );
    home.write("nginx.conf", &config)
}

fn quoted(path: &Path) -> String {
    format!("\"{}\"", path.display())
}
