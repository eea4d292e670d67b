//! `registrar-local servers`.

use anyhow::Result;
use registrar_local::{ServerOptions, ServerPair, TOOLS, install_missing, poll_until};

use crate::run::{CHECK_INTERVAL, Interrupt};

/// Runs temporary servers until interrupted. What it prints can be given to a shell.
pub(crate) fn serve() -> Result<()> {
    let interrupt = Interrupt::listen()?;
    install_missing(&TOOLS)?;
    let options = ServerOptions::temporary();
    let mut servers = ServerPair::start(&options, &options)?;
    announce(&servers);
    while poll_until(CHECK_INTERVAL, || interrupt.is_set().then_some(())).is_none() {
        servers.check()?;
    }
    Ok(())
}

fn announce(ServerPair { database, broker }: &ServerPair) {
    println!("# MariaDB: process {}, log {}", database.pid(), database.log().display());
    println!("# RabbitMQ: process {}, log {}", broker.pid(), broker.log().display());
    println!("export TEST_DATABASE_URL={}", database.admin().url());
    println!("export TEST_AMQP_URL={}", broker.management().url());
    println!("export TEST_AMQP_MANAGEMENT_URL={}", broker.management().http_url());
}
