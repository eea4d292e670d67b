//! A private `mysqld_exporter`, with a user that reads the server's figures and no table.

use std::path::PathBuf;

use super::{Http, add_argument};
use crate::data_dir::{Home, ServerOptions};
use crate::process::Port;
use crate::server::Server;
use crate::{DatabaseAdmin, MariaDb, Program, StackError, random_secret, write_private};

const WHAT: &str = "mysqld_exporter";

/// The statements that the containers use as well.
const USER: &str = include_str!("../../../../infra/mysql/exporter.sql");
const NAME: &str = "exporter";

pub type MysqldExporter = Server<Http<Login>>;

#[derive(Debug)]
pub struct Login(String);

impl MysqldExporter {
    /// Makes the user, or gives it a new password, starts `program` and waits until it answers.
    pub fn start(
        program: &Program,
        options: &ServerOptions,
        database: &MariaDb,
    ) -> Result<Self, StackError> {
        let home = Home::open(WHAT, options.data_dir.as_deref())?;
        let port = Port::choose(WHAT, options.port)?;
        let password = random_secret().map_err(StackError::io("Could not make a password"))?;
        database.admin().execute(&USER.replace("${EXPORTER_PASSWORD}", &password))?;
        let login = write_login(&home, database.port(), &password)?;
        let mut command = program.command();
        add_argument(&mut command, "--config.my-cnf=", &login);
        Self::launch_http(home, port, command, "/metrics", Login(password))
    }

    pub fn as_user(&self, admin: &DatabaseAdmin) -> DatabaseAdmin {
        admin.as_user(NAME, &self.service.own.0)
    }
}

fn write_login(home: &Home, port: u16, password: &str) -> Result<PathBuf, StackError> {
    let path = home.private_folder("login")?.join("my.cnf");
    let text = format!(
        "[client]\nhost = 127.0.0.1\nport = {port}\nuser = {NAME}\npassword = {password}\n"
    );
    write_private(&path, 0o600, &text)
        .map_err(StackError::io(format!("Could not write {}", path.display())))?;
    Ok(path)
}
