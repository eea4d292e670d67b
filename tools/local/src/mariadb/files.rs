//! The server's configuration and data files.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::WHAT;
use crate::data_dir::Home;
use crate::process::output_within;
use crate::tools::servers_root;
use crate::{Program, ServerOptions, StackError};

/// The configuration that the containers use as well.
const SHARED: &str = include_str!("../../../../infra/mysql/registrar.cnf");

/// Takes about a second on an idle machine.
const INITIALISE_TIMEOUT: Duration = Duration::from_mins(5);

/// Relative to the data folder, in which the server runs: a socket's absolute path may be longer
/// than the system allows (107 bytes).
const SOCKET: &str = "mysqld.sock";

/// Must be the first argument of every program that takes it.
pub(super) fn defaults_file(config: &Path) -> String {
    format!("--defaults-file={}", config.display())
}

/// Writes the configuration. A small server fits several times on a small machine; it is no less
/// durable. Options with `loose_` are those that only MySQL or only MariaDB knows.
pub(super) fn write_config(
    home: &Home,
    port: u16,
    options: &ServerOptions,
) -> Result<PathBuf, StackError> {
    let data = data(home);
    let data = data.display();
    // Every server removes at its start what others left in a folder that they share.
    let temporary = home.private_folder("tmp")?;
    let temporary = temporary.display();
    // A server of another system always runs as root, perhaps only in its own eyes.
    let is_root = rustix::process::geteuid().is_root() || servers_root().is_some();
    let user = if is_root { "user = root\n" } else { "" };
    let shared = if options.is_stock { "" } else { SHARED };
    let size = if options.data_dir.is_none() {
        "innodb_buffer_pool_size = 32M\nloose_innodb_log_file_size = 16M\n\
         loose_innodb_redo_log_capacity = 32M\nkey_buffer_size = 1M\n"
    } else {
        ""
    };
    let config = format!(
        "{shared}\n[mysqld]\ndatadir = {data}\ntmpdir = {temporary}\n\
         secure_file_priv = {temporary}\nsocket = {SOCKET}\npid_file = mysqld.pid\n\
         bind_address = 127.0.0.1\nport = {port}\nmax_connections = 500\n\
         performance_schema = OFF\nloose_mysqlx = OFF\n{size}{user}"
    );
    home.write("my.cnf", &config)
}

/// Makes the system tables unless they are there. Under another name first, so that a start which
/// is interrupted here leaves nothing half-made behind.
pub(super) fn initialise(home: &Home, server: &Program, config: &Path) -> Result<(), StackError> {
    let data = data(home);
    if data.is_dir() {
        return Ok(());
    }
    let unfinished = home.dir.join("data-unfinished");
    if unfinished.exists() {
        fs::remove_dir_all(&unfinished)
            .map_err(StackError::io(format!("Could not remove {}", unfinished.display())))?;
    }
    let unfinished = home.private_folder("data-unfinished")?;
    let datadir = format!("--datadir={}", unfinished.display());
    let mut command = match server.find_beside("mariadb-install-db") {
        Some(installer) if server.is_named("mariadbd") => {
            let mut command = installer.command();
            command.arg(defaults_file(config)).arg(datadir).args([
                "--auth-root-authentication-method=normal",
                "--skip-test-db",
                "--skip-name-resolve",
            ]);
            command
        }
        _ => {
            let mut command = server.command();
            command.arg(defaults_file(config)).arg(datadir).arg("--initialize-insecure");
            command
        }
    };
    output_within(&format!("Initialising {WHAT}"), INITIALISE_TIMEOUT, &mut command)?;
    fs::rename(&unfinished, &data)
        .map_err(StackError::io(format!("Could not rename {}", unfinished.display())))
}

fn data(home: &Home) -> PathBuf {
    home.dir.join("data")
}
