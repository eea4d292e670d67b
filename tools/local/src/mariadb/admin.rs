//! What an administrator asks of a database server, through its command-line client.

use std::fmt;
use std::process::Command;
use std::time::Duration;

use url::Url;

use crate::process::output_within;
use crate::tools::DATABASE_CLIENT;
use crate::{Program, StackError, address};

const TIMEOUT: Duration = Duration::from_mins(2);

/// For a question that is asked again. Starting the client takes its time on a busy machine.
const PROBE_TIMEOUT: Duration = Duration::from_secs(10);

/// Makes and drops databases on a server, ours or another.
#[derive(Clone)]
pub struct DatabaseAdmin {
    client: Program,
    address: Url,
}

impl DatabaseAdmin {
    /// For the server on a port of this machine, as `root` without a password.
    pub(crate) fn local(port: u16) -> Result<Self, StackError> {
        Self::at(address::local("mysql", "root", port)?)
    }

    pub(crate) fn as_user(&self, user: &str, password: &str) -> Self {
        let mut admin = self.clone();
        // A server's address has room for both.
        _ = admin.address.set_username(user);
        _ = admin.address.set_password(Some(password));
        admin
    }

    pub(crate) fn at(address: Url) -> Result<Self, StackError> {
        Ok(Self { client: DATABASE_CLIENT.find()?, address })
    }

    pub fn database_url(&self, name: &str) -> String {
        address::below(&self.address, name)
    }

    pub fn url(&self) -> String {
        self.database_url("")
    }

    pub fn create_database(&self, name: &str) -> Result<(), StackError> {
        self.execute(&format!("CREATE DATABASE IF NOT EXISTS `{name}` CHARACTER SET utf8mb4"))
            .map(drop)
    }

    pub fn drop_database(&self, name: &str) -> Result<(), StackError> {
        self.execute(&format!("DROP DATABASE IF EXISTS `{name}`")).map(drop)
    }

    /// Runs statements and returns their rows, tab-separated, one a line. For tests that look
    /// without a connection of their own.
    pub fn execute(&self, statements: &str) -> Result<String, StackError> {
        let what = "Asking the database server";
        output_within(what, TIMEOUT, self.command().args(["--execute", statements]))
    }

    pub(crate) fn answers(&self) -> bool {
        let probe = ["--connect-timeout=8", "--execute", "SELECT 1"];
        let mut client = self.command();
        output_within("Asking the database server", PROBE_TIMEOUT, client.args(probe)).is_ok()
    }

    fn command(&self) -> Command {
        let mut command = self.client.command();
        command
            .args(["--no-defaults", "--batch", "--skip-column-names", "--protocol=TCP"])
            .args(["--host", self.address.host_str().unwrap_or_default()])
            .args(["--port", &self.address.port().unwrap_or_default().to_string()])
            .args(["--user", self.address.username()])
            // Not an argument: those are for everyone to see.
            .env("MYSQL_PWD", self.address.password().unwrap_or_default());
        command
    }
}

/// Without the address, which may hold a password.
impl fmt::Debug for DatabaseAdmin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DatabaseAdmin").finish_non_exhaustive()
    }
}
