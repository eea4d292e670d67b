//! `registrar lanes`

mod lane_status;
mod list;
mod pause;

use std::process::ExitCode;
use std::time::Duration;

use clap::builder::{PossibleValuesParser, TypedValueParser as _};
use clap::{Args, Subcommand};
use registrar_domain::Lane;
use registrar_runtime::config;
use registrar_storage::{DatabaseSettings, LanePauses, Pool};

use crate::broker::BrokerArguments;
use crate::operator::{OperatorArguments, reason};

/// A longer pause is asked for again, which shows that it is still wanted.
const LONGEST_PAUSE: Duration = Duration::from_hours(24);

#[derive(Debug, Args)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    action: Option<Action>,

    #[command(flatten)]
    broker: BrokerArguments,

    #[command(flatten)]
    database: DatabaseSettings,

    /// Print one JSON object.
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Stops registering what is in a lane, for a time. Students can still send; they wait, and
    /// their status says until when.
    Pause(PauseArguments),
    /// Ends a pause before its time.
    Resume(ResumeArguments),
}

#[derive(Debug, Args)]
struct PauseArguments {
    /// Which lane.
    #[arg(value_parser = lane())]
    lane: Lane,

    /// Why, for other operators.
    #[arg(long, value_parser = reason)]
    reason: String,

    /// How long, such as 30m; at most 24h. The pause ends by itself.
    #[arg(long = "for", value_name = "DURATION", value_parser = length)]
    length: Duration,

    #[command(flatten)]
    operator: OperatorArguments,
}

#[derive(Debug, Args)]
struct ResumeArguments {
    /// Which lane.
    #[arg(value_parser = lane())]
    lane: Lane,

    #[command(flatten)]
    operator: OperatorArguments,
}

pub(crate) async fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let pool = Pool::new(&arguments.database);
    let pauses = LanePauses::new(pool.clone());
    let done = match &arguments.action {
        None => list::run(&arguments.broker, &pauses, arguments.json).await,
        Some(Action::Pause(arguments)) => pause::pause(&pauses, arguments).await,
        Some(Action::Resume(arguments)) => pause::resume(&pauses, arguments).await,
    };
    pool.close().await;
    done
}

pub(crate) fn lane() -> impl clap::builder::TypedValueParser<Value = Lane> {
    PossibleValuesParser::new(Lane::ALL.map(Lane::as_str))
        .try_map(|name| Lane::parse(&name).ok_or("it must be a lane"))
}

fn length(text: &str) -> Result<Duration, String> {
    let length = config::duration(text)?;
    if length < Duration::from_secs(1) || length > LONGEST_PAUSE {
        return Err("it must be a duration from 1s to 24h, such as 30m".to_owned());
    }
    Ok(length)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pause_lasts_from_a_second_to_a_day() {
        assert_eq!(length("1s"), Ok(Duration::from_secs(1)));
        assert_eq!(length("24h"), Ok(LONGEST_PAUSE));
        for text in ["0s", "999ms", "25h", "1441m", "for ever", ""] {
            assert!(length(text).is_err(), "{text}");
        }
    }
}
