//! `registrar-local servers`.

use anyhow::Result;
use registrar_local::output::print_line;
use registrar_local::{ServerOptions, ServerPair, poll_until};

use crate::interrupt::{CHECK_INTERVAL, Interrupt};

/// Of a server with its makers' defaults. Without one, nothing of their default login is tried.
const PASSWORD: &str = "Stock-1-Password";

/// Runs temporary servers until interrupted. What it prints can be given to a shell.
pub(crate) fn serve(is_stock: bool) -> Result<()> {
    let interrupt = Interrupt::listen()?;
    let options = ServerOptions { is_stock, ..ServerOptions::temporary() };
    let mut servers = ServerPair::start(&options, &options)?;
    if is_stock {
        servers.database.set_password(PASSWORD)?;
    }
    announce(&servers)?;
    while poll_until(CHECK_INTERVAL, || interrupt.is_set().then_some(())).is_none() {
        servers.check()?;
    }
    Ok(())
}

fn announce(ServerPair { database, broker }: &ServerPair) -> Result<()> {
    let version = database.admin().execute("SELECT VERSION()")?;
    let (pid, log) = (database.pid(), database.log());
    let log = log.display();
    print_line(format_args!("# Database {}: process {pid}, log {log}", version.trim()));
    let version = broker.management().version()?;
    let (pid, log) = (broker.pid(), broker.log());
    let log = log.display();
    print_line(format_args!("# RabbitMQ {version}: process {pid}, log {log}"));
    print_line(format_args!("export TEST_DATABASE_URL={}", database.admin().url()));
    print_line(format_args!("export TEST_AMQP_URL={}", broker.management().url()));
    print_line(format_args!("export TEST_AMQP_MANAGEMENT_URL={}", broker.management().http_url()));
    Ok(())
}
