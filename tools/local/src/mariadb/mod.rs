//! A private MariaDB or MySQL server.

mod admin;
mod files;

pub use admin::DatabaseAdmin;

use crate::StackError;
use crate::data_dir::{Home, ServerOptions};
use crate::process::Port;
use crate::server::{Server, Service};
use crate::tools::DATABASE_SERVER;

const WHAT: &str = "MariaDB";

/// A MariaDB (or MySQL) server of our own, as durable as in production. Its administrator is `root`, at first without a password.
pub type MariaDb = Server<Database>;

#[derive(Debug)]
pub struct Database {
    port: Port,
    admin: DatabaseAdmin,
}

impl Service for Database {
    fn port(&self) -> u16 {
        self.port.number()
    }

    fn answers(&self) -> bool {
        self.admin.answers()
    }
}

impl MariaDb {
    /// Starts a server and waits until it answers. An empty data folder is initialised first.
    pub fn start(options: &ServerOptions) -> Result<Self, StackError> {
        let program = DATABASE_SERVER.find()?;
        let home = Home::open(WHAT, options.data_dir.as_deref())?;
        let port = Port::choose(WHAT, options.port)?;
        let config = files::write_config(&home, port.number(), options)?;
        files::initialise(&home, &program, &config)?;
        let admin = DatabaseAdmin::local(port.number())?;
        let mut command = program.command();
        command.arg(files::defaults_file(&config));
        Self::launch(home, command, Database { port, admin })
    }

    pub fn admin(&self) -> &DatabaseAdmin {
        &self.service.admin
    }

    /// Makes the administrator log in with a password from now on.
    pub fn set_password(&mut self, password: &str) -> Result<(), StackError> {
        let statement = format!("ALTER USER root@localhost IDENTIFIED BY '{password}'");
        self.admin().execute(&statement)?;
        self.service.admin = self.admin().as_user("root", password);
        Ok(())
    }
}
