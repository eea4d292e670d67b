//! The telemetry settings that both processes have.

use std::str::FromStr;

use clap::{Args, ValueEnum};
use tracing_subscriber::filter::Targets;

use super::OpenTelemetrySettings;

/// Where telemetry goes, and how much of it.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Telemetry")]
pub struct TelemetrySettings {
    /// What OpenTelemetry's own variables say.
    #[command(flatten)]
    pub opentelemetry: OpenTelemetrySettings,

    /// Which log lines to write: a level for everything, and levels for modules, such as
    /// `info,registrar_worker=debug`. The AMQP library is silent unless asked for: what it calls
    /// errors is dealt with and reported by us, and part of every stop.
    #[arg(long, env = "REGISTRAR_LOG", default_value = "info,lapin=off")]
    pub log: LogFilter,

    /// How to write log lines: auto is text on a terminal and json elsewhere. Text has colours on a
    /// terminal, unless `NO_COLOR` is set or `TERM` is dumb.
    #[arg(long, env = "REGISTRAR_LOG_FORMAT", value_enum, default_value_t = LogFormat::Auto)]
    pub log_format: LogFormat,
}

/// How log lines are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum LogFormat {
    /// One JSON object a line.
    Json,
    /// For people.
    Text,
    /// Text when stdout is a terminal, JSON otherwise.
    Auto,
}

/// A level for everything, and levels for modules; see [`Targets`] for the form.
#[derive(Clone, Debug, PartialEq)]
pub struct LogFilter(pub(super) Targets);

impl FromStr for LogFilter {
    type Err = &'static str;

    fn from_str(levels: &str) -> Result<Self, Self::Err> {
        levels.parse().map(Self).map_err(|_| "it must be levels such as info,registrar_api=debug")
    }
}

#[cfg(test)]
pub(super) mod tests {
    use clap::Parser;
    use registrar_runtime::config::parse_from;

    use super::*;

    #[derive(Debug, Parser)]
    struct Process {
        #[command(flatten)]
        telemetry: TelemetrySettings,
    }

    /// The settings that these flags give.
    pub(crate) fn settings(flags: &[&str]) -> TelemetrySettings {
        parse_from::<Process>(["process"].iter().chain(flags)).unwrap().telemetry
    }

    /// Why this flag is refused.
    pub(crate) fn refusal(flag: &str) -> String {
        parse_from::<Process>(["process", flag]).unwrap_err().to_string()
    }

    #[test]
    fn every_line_of_interest_is_written_unless_settings_say_otherwise() {
        let settings = settings(&[]);
        assert_eq!(settings.log, "info,lapin=off".parse().unwrap());
        assert_eq!(settings.log_format, LogFormat::Auto);
    }

    #[test]
    fn wrong_settings_are_refused_by_name() {
        for (flag, sentence) in [
            (
                "--log=info,=,x=loud",
                "REGISTRAR_LOG is \"info,=,x=loud\", but it must be levels such as \
                 info,registrar_api=debug.",
            ),
            (
                "--log-format=xml",
                "REGISTRAR_LOG_FORMAT is \"xml\", but it must be one of: json, text, auto.",
            ),
        ] {
            assert_eq!(refusal(flag), sentence);
        }
    }
}
