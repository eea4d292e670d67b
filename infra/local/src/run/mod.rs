//! `registrar-local run`.

mod apps;
mod interrupt;
mod programs;
mod secrets;
mod welcome;

use std::{fs, path::Path, process, time::Duration};

use anyhow::{Context, Result};
use apps::Apps;
pub(crate) use interrupt::Interrupt;
use programs::Programs;
use registrar_local::{
    Claim, ServerOptions, ServerPair, install_missing, poll_until, require_free,
};

use crate::RunArguments;

/// How soon the end of a part is noticed.
pub(crate) const CHECK_INTERVAL: Duration = Duration::from_millis(500);

const DATABASE: &str = "registrar";

/// Runs everything until interrupted, or until a part ends by itself.
pub(crate) fn run(arguments: &RunArguments) -> Result<()> {
    let interrupt = Interrupt::listen()?;
    let claim = Claim::take("registrar-local", &arguments.data_dir)?;
    claim.note(process::id())?;
    let data_dir = fs::canonicalize(&arguments.data_dir)
        .with_context(|| format!("Could not read {}", arguments.data_dir.display()))?;
    let programs = Programs::find()?;
    install_missing()?;
    for (what, port) in [("the API", 5000), ("the API", 9100), ("the worker", 9101)] {
        require_free(what, port)?;
    }

    println!("Starting MariaDB and RabbitMQ (some 10 seconds) ...");
    let mut servers = ServerPair::start(
        &ServerOptions::at(data_dir.join("mariadb"), arguments.database_port),
        &ServerOptions::at(data_dir.join("rabbitmq"), arguments.broker_port),
    )?;
    let outcome = with_servers(&programs, &data_dir, &mut servers, &interrupt);
    println!("Stopping RabbitMQ and MariaDB (some 6 seconds) ...");
    let stopped = servers.stop();
    outcome?;
    stopped?;
    println!("Everything has stopped. The data is kept in {}.", arguments.data_dir.display());
    Ok(())
}

fn with_servers(
    programs: &Programs,
    data_dir: &Path,
    servers: &mut ServerPair,
    interrupt: &Interrupt,
) -> Result<()> {
    if interrupt.is_set() {
        return Ok(());
    }
    servers.database.admin().create_database(DATABASE)?;
    let mut environment = secrets::load_or_make(data_dir)?;
    let addresses = [
        ("DATABASE_URL", servers.database.admin().database_url(DATABASE)),
        ("AMQP_URL", servers.broker.management().url()),
    ];
    environment.extend(addresses.map(|(name, value)| (name.to_owned(), value)));
    programs.migrate(&environment)?;

    println!("Starting the API and the worker ...");
    let logs = data_dir.join("logs");
    let mut apps = Apps::start(programs, &environment, &logs)?;
    let outcome = apps.wait_ready(interrupt).and_then(|()| {
        if !interrupt.is_set() {
            println!("{}", welcome::text(servers, DATABASE, &logs));
        }
        watch(&mut apps, servers, interrupt)
    });
    println!("\nStopping the API and the worker ...");
    outcome.and(apps.stop())
}

fn watch(apps: &mut Apps, servers: &mut ServerPair, interrupt: &Interrupt) -> Result<()> {
    while poll_until(CHECK_INTERVAL, || interrupt.is_set().then_some(())).is_none() {
        apps.check()?;
        servers.check()?;
    }
    Ok(())
}
