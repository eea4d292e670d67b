//! The telemetry settings that both processes have.

use std::str::FromStr;

use clap::{Args, ValueEnum};
use tracing_subscriber::filter::Targets;

use crate::config;

/// Where telemetry goes, and how much of it.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Telemetry")]
pub struct TelemetrySettings {
    /// Where the OpenTelemetry collector takes OTLP over gRPC, such as `http://localhost:4317`.
    /// Without it traces and logs are not exported, and new traces not recorded.
    #[arg(long, env = "OTEL_EXPORTER_OTLP_ENDPOINT", value_parser = otlp_endpoint)]
    pub otlp_endpoint: Option<String>,

    /// The share of new traces to record, from 0.0 to 1.0. A trace begun elsewhere keeps the
    /// decision made there.
    #[arg(
        long,
        env = "OTEL_TRACES_SAMPLER_ARG",
        default_value = "1.0",
        value_parser = config::ratio
    )]
    pub trace_ratio: f64,

    /// Which log lines to write: a level for everything, and levels for modules, such as
    /// `info,registrar_worker=debug`. The AMQP library is silent unless asked for: what it calls
    /// errors is dealt with and told by us, and part of every stop.
    #[arg(long, env = "REGISTRAR_LOG", default_value = "info,lapin=off")]
    pub log: LogFilter,

    /// How to write log lines: auto is text on a terminal and json elsewhere.
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

fn otlp_endpoint(value: &str) -> Result<String, String> {
    let host = value.strip_prefix("http://").unwrap_or_default();
    if host.is_empty() || host.starts_with('/') {
        // Without TLS here: collectors run beside the process, and TLS outwards is their part.
        return Err("it must be a plain URL such as http://localhost:4317".to_owned());
    }
    Ok(value.to_owned())
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;
    use crate::config::parse_from;

    #[derive(Debug, Parser)]
    struct Process {
        #[command(flatten)]
        telemetry: TelemetrySettings,
    }

    fn refusal(flag: &str) -> String {
        parse_from::<Process>(["process", flag]).unwrap_err().to_string()
    }

    #[test]
    fn nothing_is_exported_unless_asked_for() {
        let settings = parse_from::<Process>(["process"]).unwrap().telemetry;
        assert_eq!(settings.otlp_endpoint, None);
        assert!((settings.trace_ratio - 1.0).abs() < f64::EPSILON);
        assert_eq!(settings.log, "info,lapin=off".parse().unwrap());
        assert_eq!(settings.log_format, LogFormat::Auto);
    }

    #[test]
    fn wrong_settings_are_refused_by_name() {
        for (flag, sentence) in [
            (
                "--otlp-endpoint=localhost:4317",
                "OTEL_EXPORTER_OTLP_ENDPOINT is \"localhost:4317\", but it must be a plain URL \
                 such as http://localhost:4317.",
            ),
            (
                "--trace-ratio=2",
                "OTEL_TRACES_SAMPLER_ARG is \"2\", but it must be a number from 0.0 to 1.0.",
            ),
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
