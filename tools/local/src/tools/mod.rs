//! The programs that the local stack runs and which package has them.

mod program;
mod unpacked;

pub use program::Program;
pub(crate) use program::servers_root;
pub use unpacked::{Generation, UnpackedTools};

use crate::StackError;

/// A program the local stack needs.
#[derive(Debug)]
pub struct Tool {
    /// In words.
    pub what: &'static str,
    /// Its package in Debian and Ubuntu.
    pub package: &'static str,
    /// Paths or names under which it may be found, best first.
    programs: &'static [&'static str],
    /// Whether it belongs to the servers, which can be another system's.
    is_of_servers: bool,
}

/// The database server. MariaDB first: Ubuntu's `AppArmor` keeps its MySQL out of private folders.
pub const DATABASE_SERVER: Tool = Tool {
    what: "MariaDB or MySQL (the server)",
    package: "mariadb-server",
    programs: &["mariadbd", "mysqld"],
    is_of_servers: true,
};

/// The database's command-line client.
pub const DATABASE_CLIENT: Tool = Tool {
    what: "MariaDB or MySQL (the client)",
    package: "mariadb-server",
    programs: &["mariadb", "mysql"],
    is_of_servers: true,
};

/// The message broker. Debian's `/usr/sbin/rabbitmq-server` insists on the system's own user and
/// configuration; the script behind it does not.
pub const BROKER: Tool = Tool {
    what: "RabbitMQ",
    package: "rabbitmq-server",
    programs: &["/usr/lib/rabbitmq/bin/rabbitmq-server", "rabbitmq-server"],
    is_of_servers: true,
};

/// The broker's control program.
pub(crate) const BROKER_CONTROL: Tool = Tool {
    what: "RabbitMQ's rabbitmqctl",
    package: "rabbitmq-server",
    programs: &["/usr/lib/rabbitmq/bin/rabbitmqctl", "rabbitmqctl"],
    is_of_servers: true,
};

/// Erlang's name service, which RabbitMQ needs.
pub(crate) const NAME_SERVICE: Tool = Tool {
    what: "Erlang's epmd",
    package: "rabbitmq-server",
    programs: &["epmd"],
    is_of_servers: true,
};

/// The web server.
pub const NGINX: Tool =
    Tool { what: "nginx", package: "nginx", programs: &["nginx"], is_of_servers: false };

/// What collects metrics. Nothing here needs it.
pub const PROMETHEUS: Tool = Tool {
    what: "Prometheus",
    package: "prometheus",
    programs: &["prometheus"],
    is_of_servers: false,
};

/// The browser of the tests.
pub const BROWSER: Tool = Tool {
    what: "Chromium",
    package: "chromium",
    programs: &["chromium", "chromium-browser", "google-chrome"],
    is_of_servers: false,
};

/// What counts instructions.
pub const VALGRIND: Tool =
    Tool { what: "valgrind", package: "valgrind", programs: &["valgrind"], is_of_servers: false };

/// What makes a folder with another Debian in it.
pub const DEBOOTSTRAP: Tool = Tool {
    what: "debootstrap",
    package: "debootstrap",
    programs: &["debootstrap"],
    is_of_servers: false,
};

/// Everything that runs here.
pub const TOOLS: [&Tool; 6] =
    [&DATABASE_SERVER, &DATABASE_CLIENT, &BROKER, &BROKER_CONTROL, &NAME_SERVICE, &NGINX];

impl Tool {
    /// The program: of this system, or of the one in `SERVERS_ROOT`.
    pub fn find(&self) -> Result<Program, StackError> {
        let root = servers_root().filter(|_| self.is_of_servers);
        let mut programs = self.programs.iter();
        if let Some(root) = root {
            return programs.find_map(|program| Program::find_in(&root, program)).ok_or_else(
                || {
                    let command =
                        format!("chroot {} apt-get install {}", root.display(), self.package);
                    StackError::NotInstalled { what: self.what, command }
                },
            );
        }
        programs.find_map(|program| Program::find(program)).ok_or_else(|| {
            StackError::NotInstalled {
                what: self.what,
                command: format!("sudo apt-get install {}", self.package),
            }
        })
    }
}
