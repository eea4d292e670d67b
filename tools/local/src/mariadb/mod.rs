//! A private MariaDB or MySQL server.

mod admin;
mod files;

use std::path::{Path, PathBuf};
use std::time::Duration;

pub use admin::DatabaseAdmin;

use crate::data_dir::{Home, Port, ServerOptions};
use crate::process::Managed;
use crate::tools::DATABASE_SERVER;
use crate::{Program, StackError};

const WHAT: &str = "MariaDB";
/// Starting takes about a second; recovering after a kill on a busy machine takes longer.
const START_TIMEOUT: Duration = Duration::from_mins(2);
const STOP_TIMEOUT: Duration = Duration::from_secs(30);

/// A MariaDB (or MySQL) server of our own, as durable as in production. It listens on 127.0.0.1
/// and a Unix socket; its administrator is `root`, at first without a password. It ends with this value,
/// or with this process.
#[derive(Debug)]
pub struct MariaDb {
    // Before `home`, whose keeper ends whatever is left.
    process: Managed,
    program: Program,
    config: PathBuf,
    port: Port,
    admin: DatabaseAdmin,
    home: Home,
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
        let process = spawn(&home, &program, &config)?;
        let mut server = Self { process, program, config, port, admin, home };
        server.wait_ready()?;
        Ok(server)
    }

    /// Starts it again, unless it runs, on its port and data after [`Self::kill`] or [`Self::stop`].
    pub fn start_again(&mut self) -> Result<(), StackError> {
        if self.check().is_ok() {
            return Ok(());
        }
        self.process = spawn(&self.home, &self.program, &self.config)?;
        self.wait_ready()
    }

    /// [`Self::stop`], then [`Self::start_again`].
    pub fn restart(&mut self) -> Result<(), StackError> {
        self.stop()?;
        self.start_again()
    }

    /// Lets it end by itself, with its files in order.
    pub fn stop(&mut self) -> Result<(), StackError> {
        self.process.stop(STOP_TIMEOUT).map(drop)
    }

    /// Ends it at once, as a power cut would.
    pub fn kill(&mut self) -> Result<(), StackError> {
        self.process.kill()
    }

    /// Freezes it: connections stay open and nothing answers.
    pub fn pause(&self) -> Result<(), StackError> {
        self.process.pause()
    }

    /// Ends a [`Self::pause`].
    pub fn resume(&self) -> Result<(), StackError> {
        self.process.resume()
    }

    /// The server's process id.
    pub fn pid(&self) -> u32 {
        self.process.pid()
    }

    /// The port on 127.0.0.1.
    pub fn port(&self) -> u16 {
        self.port.number()
    }

    /// The Unix socket.
    pub fn socket(&self) -> PathBuf {
        files::socket(&self.home)
    }

    /// The log file.
    pub fn log(&self) -> PathBuf {
        self.home.log()
    }

    /// Databases: their addresses, making and dropping them.
    pub fn admin(&self) -> &DatabaseAdmin {
        &self.admin
    }

    /// Makes the administrator log in with a password from now on.
    pub fn set_password(&mut self, password: &str) -> Result<(), StackError> {
        let statement = format!("ALTER USER root@localhost IDENTIFIED BY '{password}'");
        self.admin.execute(&statement)?;
        self.admin = self.admin.as_user("root", password);
        Ok(())
    }

    /// An error that says how it ended, if it did.
    pub fn check(&mut self) -> Result<(), StackError> {
        self.process.check()
    }

    fn wait_ready(&mut self) -> Result<(), StackError> {
        let admin = &self.admin;
        self.process.wait_ready(START_TIMEOUT, || admin.answers())
    }
}

fn spawn(home: &Home, program: &Program, config: &Path) -> Result<Managed, StackError> {
    home.spawn(WHAT, program.command().arg(files::defaults_file(config)))
}
