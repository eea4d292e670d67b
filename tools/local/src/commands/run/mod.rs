//! `registrar-local run`.

mod apps;
mod command;
mod monitoring;
mod programs;
mod secrets;
mod welcome;

use std::path::{Path, PathBuf};
use std::{fs, process};

use anyhow::{Context, Result};
use apps::Apps;
use monitoring::Monitoring;
use programs::Programs;
use registrar_local::output::print_line;
use registrar_local::{Claim, Nginx, ServerOptions, ServerPair, TOOLS, poll_until, require_free};

use crate::RunArguments;
use crate::commands::pages::Pages;
use crate::interrupt::{CHECK_INTERVAL, Interrupt};

const DATABASE: &str = "registrar";
const API_PORT: u16 = 5000;
const API_METRICS_PORT: u16 = 9100;
const WORKER_METRICS_PORT: u16 = 9101;

struct Installation {
    programs: Programs,
    pages: Pages,
    data_dir: PathBuf,
    port: u16,
    prometheus_port: u16,
}

/// Runs everything until interrupted, or until a part ends by itself.
pub(crate) fn run(arguments: &RunArguments) -> Result<()> {
    let interrupt = Interrupt::listen()?;
    let claim = Claim::take("registrar-local", &arguments.data_dir)?;
    claim.note(process::id())?;
    let installation = Installation {
        programs: Programs::find()?,
        pages: Pages::find(&arguments.pages)?,
        data_dir: fs::canonicalize(&arguments.data_dir)
            .with_context(|| format!("Could not read {}", arguments.data_dir.display()))?,
        port: arguments.port,
        prometheus_port: arguments.prometheus_port,
    };
    TOOLS.iter().try_for_each(|tool| tool.find().map(drop))?;
    for (what, port) in [
        ("nginx", arguments.port),
        ("the API", API_PORT),
        ("the API", API_METRICS_PORT),
        ("the worker", WORKER_METRICS_PORT),
    ] {
        require_free(what, port)?;
    }

    print_line("Starting MariaDB and RabbitMQ (some 10 seconds) ...");
    let data_dir = &installation.data_dir;
    let mut servers = ServerPair::start(
        &ServerOptions::at(data_dir.join("mariadb"), arguments.database_port),
        &ServerOptions::at(data_dir.join("rabbitmq"), arguments.broker_port),
    )?;
    let outcome = with_servers(&installation, &mut servers, &interrupt);
    print_line("Stopping RabbitMQ and MariaDB (some 6 seconds) ...");
    let stopped = servers.stop();
    outcome?;
    stopped?;
    print_line(format_args!(
        "Everything has stopped. The data is kept in {}.",
        arguments.data_dir.display()
    ));
    Ok(())
}

fn with_servers(
    installation: &Installation,
    servers: &mut ServerPair,
    interrupt: &Interrupt,
) -> Result<()> {
    if interrupt.is_set() {
        return Ok(());
    }
    servers.database.admin().create_database(DATABASE)?;
    let mut environment = secrets::load_or_make(&installation.data_dir)?;
    let settings = [
        ("DATABASE_URL", servers.database.admin().database_url(DATABASE)),
        ("AMQP_URL", servers.broker.management().url()),
        ("REGISTRAR_RABBITMQ_MANAGEMENT_URL", servers.broker.management().http_url()),
        ("REGISTRAR_API_URL", format!("http://127.0.0.1:{API_PORT}")),
        ("REGISTRAR_PAGES", installation.pages.templates.display().to_string()),
        ("REGISTRAR_TRUSTED_PROXIES", "127.0.0.1".to_owned()),
        // There is no load balancer here, so a stop need not wait.
        ("REGISTRAR_DRAIN_DELAY", "0s".to_owned()),
    ];
    environment.extend(settings.map(|(name, value)| (name.to_owned(), value)));
    installation.programs.migrate(&environment)?;
    command::write(&installation.data_dir, &installation.programs.registrar, &environment)?;

    print_line("Starting the API, the worker and nginx ...");
    let logs = installation.data_dir.join("logs");
    let mut apps = Apps::start(&installation.programs, &environment, &logs)?;
    let outcome = with_apps(installation, servers, &mut apps, &logs, interrupt);
    print_line("\nStopping the API and the worker ...");
    outcome.and(apps.stop())
}

fn with_apps(
    installation: &Installation,
    servers: &mut ServerPair,
    apps: &mut Apps,
    logs: &Path,
    interrupt: &Interrupt,
) -> Result<()> {
    apps.wait_ready(interrupt)?;
    if interrupt.is_set() {
        return Ok(());
    }
    let options = ServerOptions::at(installation.data_dir.join("nginx"), installation.port);
    let mut nginx = Nginx::start(&options, API_PORT, &installation.pages.public)?;
    let mut monitoring =
        Monitoring::start(&installation.data_dir, installation.prometheus_port, servers)?;
    let command = command::path(&installation.data_dir);
    print_line(welcome::text(servers, &nginx, DATABASE, logs, &command, &monitoring));
    while poll_until(CHECK_INTERVAL, || interrupt.is_set().then_some(())).is_none() {
        apps.check()?;
        servers.check()?;
        nginx.check()?;
        monitoring.check()?;
    }
    monitoring.stop()?;
    // Before the API, so that no page meets an API that has gone.
    Ok(nginx.stop()?)
}
