//! The programs that the local stack runs and which package has them.

mod program;
mod unpacked;

pub use program::Program;
pub(crate) use program::servers_root;
pub use unpacked::{Generation, UnpackedTools};

use crate::StackError;

#[derive(Debug)]
pub struct Tool {
    what: &'static str,
    package: &'static str,
    /// Paths or names under which it may be found, best first.
    programs: &'static [&'static str],
    /// Whether it belongs to the servers, which can be another system's.
    is_of_servers: bool,
}

/// MariaDB first: Ubuntu's `AppArmor` keeps its MySQL out of private folders.
pub(crate) const DATABASE_SERVER: Tool =
    Tool::of_servers("MariaDB or MySQL (the server)", "mariadb-server", &["mariadbd", "mysqld"]);

pub(crate) const DATABASE_CLIENT: Tool =
    Tool::of_servers("MariaDB or MySQL (the client)", "mariadb-server", &["mariadb", "mysql"]);

/// Debian's `/usr/sbin/rabbitmq-server` insists on the system's own user and configuration; the script
/// behind it does not.
pub(crate) const BROKER: Tool = Tool::of_servers(
    "RabbitMQ",
    "rabbitmq-server",
    &["/usr/lib/rabbitmq/bin/rabbitmq-server", "rabbitmq-server"],
);

pub(crate) const BROKER_CONTROL: Tool = Tool::of_servers(
    "RabbitMQ's rabbitmqctl",
    "rabbitmq-server",
    &["/usr/lib/rabbitmq/bin/rabbitmqctl", "rabbitmqctl"],
);

pub(crate) const NAME_SERVICE: Tool =
    Tool::of_servers("Erlang's epmd", "rabbitmq-server", &["epmd"]);

pub const NGINX: Tool =
    Tool { what: "nginx", package: "nginx", programs: &["nginx"], is_of_servers: false };

/// Nothing here needs it.
pub const PROMETHEUS: Tool = Tool {
    what: "Prometheus",
    package: "prometheus",
    programs: &["prometheus"],
    is_of_servers: false,
};

pub const TOOLS: [&Tool; 6] =
    [&DATABASE_SERVER, &DATABASE_CLIENT, &BROKER, &BROKER_CONTROL, &NAME_SERVICE, &NGINX];

impl Tool {
    const fn of_servers(
        what: &'static str,
        package: &'static str,
        programs: &'static [&'static str],
    ) -> Self {
        Self { what, package, programs, is_of_servers: true }
    }

    /// The program: of this system, or of the one in `SERVERS_ROOT`.
    pub fn find(&self) -> Result<Program, StackError> {
        let root = servers_root().filter(|_| self.is_of_servers);
        let found = self.programs.iter().find_map(|program| match &root {
            Some(root) => Program::find_in(root, program),
            None => Program::find(program),
        });
        found.ok_or_else(|| {
            let command = match root {
                Some(root) => format!("chroot {} apt-get install {}", root.display(), self.package),
                None => format!("sudo apt-get install {}", self.package),
            };
            StackError::NotInstalled { what: self.what, command }
        })
    }
}
