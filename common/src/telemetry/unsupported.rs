//! OpenTelemetry's variables that mean nothing here. Whoever sets one expects something of it, so the
//! process says at its start that there is no such thing.

use clap::{Arg, ArgMatches, Args, Command, FromArgMatches};

/// Settings that are refused, with the exception of values that ask for what is done anyway.
#[derive(Clone, Copy, Debug)]
pub struct Unsupported;

const ONE_COLLECTOR: &str = "traces and logs go to one collector: set the variable without TRACES_ or \
                             LOGS_ in its name instead, and OTEL_TRACES_EXPORTER or \
                             OTEL_LOGS_EXPORTER to none where one of them is not wanted";
const NO_COMPRESSION: &str = "it must be none: exports are not compressed";
const METRICS: &str = "it must be none or prometheus: metrics are served to Prometheus, at \
                       REGISTRAR_METRICS_ADDRESS";

/// The names, the values that are taken, and what to say of others.
const VARIABLES: [(&str, &[&str], &str); 18] = [
    ("OTEL_EXPORTER_OTLP_COMPRESSION", &["none"], NO_COMPRESSION),
    ("OTEL_METRICS_EXPORTER", &["none", "prometheus"], METRICS),
    ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", &[], ONE_COLLECTOR),
    ("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", &[], ONE_COLLECTOR),
    ("OTEL_EXPORTER_OTLP_TRACES_HEADERS", &[], ONE_COLLECTOR),
    ("OTEL_EXPORTER_OTLP_TRACES_CERTIFICATE", &[], ONE_COLLECTOR),
    ("OTEL_EXPORTER_OTLP_TRACES_CLIENT_CERTIFICATE", &[], ONE_COLLECTOR),
    ("OTEL_EXPORTER_OTLP_TRACES_CLIENT_KEY", &[], ONE_COLLECTOR),
    ("OTEL_EXPORTER_OTLP_TRACES_TIMEOUT", &[], ONE_COLLECTOR),
    ("OTEL_EXPORTER_OTLP_TRACES_COMPRESSION", &["none"], NO_COMPRESSION),
    ("OTEL_EXPORTER_OTLP_LOGS_ENDPOINT", &[], ONE_COLLECTOR),
    ("OTEL_EXPORTER_OTLP_LOGS_PROTOCOL", &[], ONE_COLLECTOR),
    ("OTEL_EXPORTER_OTLP_LOGS_HEADERS", &[], ONE_COLLECTOR),
    ("OTEL_EXPORTER_OTLP_LOGS_CERTIFICATE", &[], ONE_COLLECTOR),
    ("OTEL_EXPORTER_OTLP_LOGS_CLIENT_CERTIFICATE", &[], ONE_COLLECTOR),
    ("OTEL_EXPORTER_OTLP_LOGS_CLIENT_KEY", &[], ONE_COLLECTOR),
    ("OTEL_EXPORTER_OTLP_LOGS_TIMEOUT", &[], ONE_COLLECTOR),
    ("OTEL_EXPORTER_OTLP_LOGS_COMPRESSION", &["none"], NO_COMPRESSION),
];

impl Args for Unsupported {
    fn augment_args(command: Command) -> Command {
        VARIABLES.into_iter().fold(command, |command, (name, taken, rule)| {
            let parse = move |value: &str| {
                if taken.contains(&value) { Ok(value.to_owned()) } else { Err(rule) }
            };
            // A header may be a secret.
            let argument = Arg::new(name).long(name).env(name).hide(true).hide_env_values(true);
            command.arg(argument.value_parser(parse))
        })
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

impl FromArgMatches for Unsupported {
    fn from_arg_matches(_: &ArgMatches) -> Result<Self, clap::Error> {
        Ok(Self)
    }

    fn update_from_arg_matches(&mut self, _: &ArgMatches) -> Result<(), clap::Error> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::super::settings::tests::{refusal, settings};
    use super::*;

    #[test]
    fn each_is_refused_in_a_sentence_that_names_it_and_hides_its_value() {
        for (name, _, rule) in VARIABLES {
            let sentence = format!("{name} is not usable: {rule}.");
            assert_eq!(refusal(&format!("--{name}=hunter2")), sentence);
        }
    }

    #[test]
    fn what_is_done_anyway_may_be_asked_for() {
        settings(&["--OTEL_METRICS_EXPORTER=prometheus", "--OTEL_EXPORTER_OTLP_COMPRESSION=none"]);
    }
}
