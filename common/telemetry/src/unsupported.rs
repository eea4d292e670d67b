//! OpenTelemetry's variables that mean nothing here. An operator who sets one expects something of it, so the
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

const INSECURE: &str = "there is no such setting: write http:// in OTEL_EXPORTER_OTLP_ENDPOINT for a \
                        connection without TLS, or https:// for one with it";
const QUEUES: &str = "there is no such setting: 16384 spans and as many log lines wait for export at \
                      most, and 512 travel together";
const LIMITS: &str = "there is no such setting: how much a span or a log line holds is fixed";
const LEVEL: &str = "set REGISTRAR_LOG instead, to levels such as info,registrar_api=debug";
const NO_FILE: &str =
    "there is no such file here: set the variables that docs/operations/settings.md lists";

/// Variables with one remedy, the values that are taken, and what to say of others.
struct Group {
    /// Separated by spaces.
    names: &'static str,
    taken: &'static [&'static str],
    rule: &'static str,
}

const GROUPS: [Group; 9] = [
    Group {
        names: "OTEL_EXPORTER_OTLP_COMPRESSION OTEL_EXPORTER_OTLP_TRACES_COMPRESSION \
                OTEL_EXPORTER_OTLP_LOGS_COMPRESSION",
        taken: &["none"],
        rule: NO_COMPRESSION,
    },
    Group { names: "OTEL_METRICS_EXPORTER", taken: &["none", "prometheus"], rule: METRICS },
    Group {
        names: "OTEL_EXPORTER_OTLP_METRICS_ENDPOINT OTEL_EXPORTER_OTLP_METRICS_PROTOCOL \
                OTEL_EXPORTER_OTLP_METRICS_HEADERS OTEL_EXPORTER_OTLP_METRICS_CERTIFICATE \
                OTEL_EXPORTER_OTLP_METRICS_CLIENT_CERTIFICATE \
                OTEL_EXPORTER_OTLP_METRICS_CLIENT_KEY OTEL_EXPORTER_OTLP_METRICS_TIMEOUT \
                OTEL_EXPORTER_OTLP_METRICS_COMPRESSION OTEL_EXPORTER_OTLP_METRICS_INSECURE \
                OTEL_EXPORTER_PROMETHEUS_HOST OTEL_EXPORTER_PROMETHEUS_PORT \
                OTEL_METRIC_EXPORT_INTERVAL OTEL_METRIC_EXPORT_TIMEOUT \
                OTEL_METRICS_EXEMPLAR_FILTER",
        taken: &[],
        rule: "there is no such setting: metrics are served to Prometheus, at \
               REGISTRAR_METRICS_ADDRESS",
    },
    Group {
        names: "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT OTEL_EXPORTER_OTLP_TRACES_PROTOCOL \
                OTEL_EXPORTER_OTLP_TRACES_HEADERS OTEL_EXPORTER_OTLP_TRACES_CERTIFICATE \
                OTEL_EXPORTER_OTLP_TRACES_CLIENT_CERTIFICATE \
                OTEL_EXPORTER_OTLP_TRACES_CLIENT_KEY OTEL_EXPORTER_OTLP_TRACES_TIMEOUT \
                OTEL_EXPORTER_OTLP_LOGS_ENDPOINT OTEL_EXPORTER_OTLP_LOGS_PROTOCOL \
                OTEL_EXPORTER_OTLP_LOGS_HEADERS OTEL_EXPORTER_OTLP_LOGS_CERTIFICATE \
                OTEL_EXPORTER_OTLP_LOGS_CLIENT_CERTIFICATE OTEL_EXPORTER_OTLP_LOGS_CLIENT_KEY \
                OTEL_EXPORTER_OTLP_LOGS_TIMEOUT",
        taken: &[],
        rule: ONE_COLLECTOR,
    },
    Group {
        names: "OTEL_EXPORTER_OTLP_INSECURE OTEL_EXPORTER_OTLP_TRACES_INSECURE \
                OTEL_EXPORTER_OTLP_LOGS_INSECURE",
        taken: &[],
        rule: INSECURE,
    },
    Group {
        names: "OTEL_BSP_MAX_QUEUE_SIZE OTEL_BSP_MAX_EXPORT_BATCH_SIZE OTEL_BSP_EXPORT_TIMEOUT \
                OTEL_BLRP_MAX_QUEUE_SIZE OTEL_BLRP_MAX_EXPORT_BATCH_SIZE \
                OTEL_BLRP_EXPORT_TIMEOUT",
        taken: &[],
        rule: QUEUES,
    },
    Group {
        names: "OTEL_ATTRIBUTE_COUNT_LIMIT OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT \
                OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT \
                OTEL_SPAN_EVENT_COUNT_LIMIT OTEL_SPAN_LINK_COUNT_LIMIT \
                OTEL_EVENT_ATTRIBUTE_COUNT_LIMIT OTEL_LINK_ATTRIBUTE_COUNT_LIMIT \
                OTEL_LOGRECORD_ATTRIBUTE_COUNT_LIMIT OTEL_LOGRECORD_ATTRIBUTE_VALUE_LENGTH_LIMIT",
        taken: &[],
        rule: LIMITS,
    },
    Group { names: "OTEL_LOG_LEVEL", taken: &[], rule: LEVEL },
    Group { names: "OTEL_CONFIG_FILE OTEL_EXPERIMENTAL_CONFIG_FILE", taken: &[], rule: NO_FILE },
];

impl Args for Unsupported {
    fn augment_args(command: Command) -> Command {
        GROUPS.iter().fold(command, |command, Group { names, taken, rule }| {
            let parse = |value: &str| {
                if taken.contains(&value) { Ok(value.to_owned()) } else { Err(*rule) }
            };
            command.args(names.split(' ').map(|name| {
                // A header may be a secret.
                let argument = Arg::new(name).long(name).env(name).hide(true).hide_env_values(true);
                argument.value_parser(parse)
            }))
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
        for Group { names, rule, .. } in GROUPS {
            for name in names.split(' ') {
                let sentence = format!("{name} is not usable: {rule}.");
                assert_eq!(refusal(&format!("--{name}=hunter2")), sentence);
            }
        }
    }

    #[test]
    fn what_is_done_anyway_may_be_asked_for() {
        settings(&["--OTEL_METRICS_EXPORTER=prometheus", "--OTEL_EXPORTER_OTLP_COMPRESSION=none"]);
    }
}
