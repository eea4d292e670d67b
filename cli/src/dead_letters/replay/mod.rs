//! `registrar dead-letters replay`

mod canary;
mod message;
mod publisher;
mod report;
mod runner;
mod tally;

use std::process::ExitCode;
use std::time::Duration;

use clap::Args;
use registrar_messaging::MessagingSettings;
use registrar_runtime::config;
use registrar_runtime::lifecycle::shutdown_on_signals;
use registrar_storage::{
    Action, ActionKind, DeadLetterAdmin, DeadLetterFilter, DeadLetterState, MatchedDeadLetters,
};
use registrar_telemetry::TelemetrySettings;

use self::publisher::ReplayPublisher;
use self::report::Report;
use self::runner::Runner;
use super::NOTHING_MATCHES;
use super::admin::AdminArguments;
use super::filter::{FilterArguments, require_intent, state};
use crate::operator::{OperatorArguments, reason};

#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// The most dead letters a second.
    #[arg(long, value_name = "NUMBER", default_value = "100",
          value_parser = config::bounded(1_u32..=1_000))]
    rate: u32,

    /// How long the outcomes of a step may take.
    #[arg(long, value_name = "DURATION", default_value = "1m", value_parser = config::duration)]
    wait: Duration,

    /// Why, for the record.
    #[arg(long, value_name = "TEXT", value_parser = reason)]
    reason: Option<String>,

    #[command(flatten)]
    operator: OperatorArguments,

    /// Show what would be replayed, and do nothing.
    #[arg(long)]
    dry_run: bool,

    /// Print the result as JSON, and nothing on the way.
    #[arg(long)]
    json: bool,

    #[command(flatten)]
    filter: FilterArguments,

    /// Every one in that state, instead of conditions.
    #[arg(long)]
    all: bool,

    /// In this state: discarded ones to take that back, replayed ones when their messages were
    /// lost with the queue.
    #[arg(long, default_value = "held", value_parser = state())]
    state: DeadLetterState,

    #[command(flatten)]
    admin: AdminArguments,

    #[command(flatten, next_help_heading = "RabbitMQ")]
    messaging: MessagingSettings,

    #[command(flatten)]
    telemetry: TelemetrySettings,
}

pub(super) async fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let filter = arguments.filter.filter(Some(arguments.state));
    require_intent(&filter, arguments.all, "replay")?;
    let admin = arguments.admin.open();
    let matched = admin.matched(&filter).await?;
    let report = Report::new(arguments.json, arguments.state);
    if matched.count == 0 {
        report.nothing_matches();
        return Ok(ExitCode::from(NOTHING_MATCHES));
    }
    if arguments.dry_run {
        report.dry_run(&admin.groups(&filter).await?, &canary::steps(matched.count))?;
        return Ok(ExitCode::SUCCESS);
    }
    let service = ("registrar", env!("CARGO_PKG_VERSION"));
    let telemetry = registrar_telemetry::init_silent(service.0, service.1, &arguments.telemetry)?;
    let replayed = replay(arguments, &report, admin, filter, matched).await;
    telemetry.shutdown().await;
    replayed
}

async fn replay(
    arguments: &Arguments,
    report: &Report,
    admin: DeadLetterAdmin,
    filter: DeadLetterFilter,
    matched: MatchedDeadLetters,
) -> anyhow::Result<ExitCode> {
    let action = Action {
        kind: ActionKind::Replay,
        operator: arguments.operator.name()?,
        reason: arguments.reason.clone(),
        filter,
        matched: matched.count,
    };
    let publisher = ReplayPublisher::start(&arguments.messaging).await?;
    let number = admin.begin(&action).await?;
    let runner = Runner {
        admin,
        publisher,
        number,
        action,
        matched,
        rate: arguments.rate,
        wait: arguments.wait,
        interrupt: shutdown_on_signals(|| ())?,
        report,
    };
    let tally = runner.run().await;
    report.end(number, matched, &tally);
    Ok(ExitCode::from(tally.exit_code()))
}
