//! The programs that the local stack runs and which package has them.

use std::{
    env,
    path::{Path, PathBuf},
};

use crate::StackError;

/// Where servers live that are not on an ordinary user's PATH.
const SYSTEM_FOLDERS: [&str; 4] =
    ["/usr/sbin", "/usr/local/sbin", "/usr/lib/rabbitmq/bin", "/opt/rabbitmq/sbin"];

/// A program the local stack needs.
#[derive(Debug)]
pub struct Tool {
    /// In words.
    pub what: &'static str,
    /// Its package in Debian and Ubuntu.
    pub package: &'static str,
    /// Paths or names under which it may be found, best first.
    programs: &'static [&'static str],
}

/// The database server. MariaDB first: Ubuntu's `AppArmor` keeps its MySQL out of private folders.
pub const DATABASE_SERVER: Tool = Tool {
    what: "MariaDB or MySQL (the server)",
    package: "mariadb-server",
    programs: &["mariadbd", "mysqld"],
};

/// The database's command-line client.
pub const DATABASE_CLIENT: Tool = Tool {
    what: "MariaDB or MySQL (the client)",
    package: "mariadb-server",
    programs: &["mariadb", "mysql"],
};

/// The message broker. Debian's `/usr/sbin/rabbitmq-server` insists on the system's own user and
/// configuration; the script behind it does not.
pub const BROKER: Tool = Tool {
    what: "RabbitMQ",
    package: "rabbitmq-server",
    programs: &["/usr/lib/rabbitmq/bin/rabbitmq-server", "rabbitmq-server"],
};

/// The broker's control program.
pub(crate) const BROKER_CONTROL: Tool = Tool {
    what: "RabbitMQ's rabbitmqctl",
    package: "rabbitmq-server",
    programs: &["/usr/lib/rabbitmq/bin/rabbitmqctl", "rabbitmqctl"],
};

/// Erlang's name service, which RabbitMQ needs.
pub(crate) const NAME_SERVICE: Tool =
    Tool { what: "Erlang's epmd", package: "rabbitmq-server", programs: &["epmd"] };

/// The web server.
pub const NGINX: Tool = Tool { what: "nginx", package: "nginx", programs: &["nginx"] };

/// The browser of the tests.
pub const BROWSER: Tool = Tool {
    what: "Chromium",
    package: "chromium",
    programs: &["chromium", "chromium-browser", "google-chrome"],
};

/// Everything that runs here.
pub const TOOLS: [&Tool; 6] =
    [&DATABASE_SERVER, &DATABASE_CLIENT, &BROKER, &BROKER_CONTROL, &NAME_SERVICE, &NGINX];

impl Tool {
    /// Where the program is.
    pub fn find(&self) -> Result<PathBuf, StackError> {
        self.programs.iter().find_map(|program| find(program)).ok_or_else(|| {
            StackError::NotInstalled {
                what: self.what,
                command: format!("sudo apt-get install {}", self.package),
            }
        })
    }
}

/// Looks for a program by name on PATH and in the system's folders, or by its absolute path.
pub(crate) fn find(program: &str) -> Option<PathBuf> {
    let path = env::var_os("PATH").unwrap_or_default();
    env::split_paths(&path)
        .chain(SYSTEM_FOLDERS.iter().map(PathBuf::from))
        .map(|folder| folder.join(program))
        .find(|candidate: &PathBuf| Path::is_file(candidate))
}
