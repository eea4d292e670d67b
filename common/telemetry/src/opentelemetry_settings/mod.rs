//! OpenTelemetry's own variables, as far as they mean something here.
//!
//! After <https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/> and
//! <https://opentelemetry.io/docs/specs/otel/protocol/exporter/>. The library reads only some of them,
//! each as it finds them, so all are read here. What is not heeded is refused: see `unsupported`.

use std::time::Duration;

use clap::{Args, ValueEnum};
use opentelemetry_sdk::trace::Sampler;
use registrar_runtime::config;

use crate::key_values::{Headers, KeyValues, headers, key_values};
use crate::pem::{PemFile, certificate, private_key};
use crate::unsupported::Unsupported;

/// Where traces and logs are exported to, how, and as whose.
#[derive(Args, Clone, Debug)]
pub struct OpenTelemetrySettings {
    /// Where the OpenTelemetry collector takes OTLP, such as `http://localhost:4317`, or https. Without
    /// it traces and logs are not exported, and new traces not recorded.
    #[arg(long, env = "OTEL_EXPORTER_OTLP_ENDPOINT", hide_env_values = true)]
    #[arg(value_parser = endpoint)]
    pub otlp_endpoint: Option<String>,

    /// How OTLP travels. `http/protobuf` adds `/v1/traces` and `/v1/logs` to the endpoint.
    #[arg(long, env = "OTEL_EXPORTER_OTLP_PROTOCOL", value_enum, default_value_t = OtlpProtocol::Grpc)]
    pub otlp_protocol: OtlpProtocol,

    /// What is sent with each export, such as `authorization=Bearer%20…`; several separated by commas.
    #[arg(long, env = "OTEL_EXPORTER_OTLP_HEADERS", hide_env_values = true, value_parser = headers)]
    pub otlp_headers: Option<Headers>,

    /// A file with the CA certificates to trust instead of the operating system's, in PEM format.
    #[arg(long, env = "OTEL_EXPORTER_OTLP_CERTIFICATE", value_parser = certificate)]
    pub otlp_certificate: Option<PemFile>,

    /// A file with the certificate to show to the collector, in PEM format.
    #[arg(long, env = "OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE", value_parser = certificate)]
    #[arg(requires = "otlp_client_key")]
    pub otlp_client_certificate: Option<PemFile>,

    /// A file with the key of that certificate, in PEM format.
    #[arg(long, env = "OTEL_EXPORTER_OTLP_CLIENT_KEY", value_parser = private_key)]
    #[arg(requires = "otlp_client_certificate")]
    pub otlp_client_key: Option<PemFile>,

    /// How long one export may take, in milliseconds; what it carried is dropped after that.
    #[arg(long, env = "OTEL_EXPORTER_OTLP_TIMEOUT", default_value = "5000")]
    #[arg(value_parser = milliseconds)]
    pub otlp_timeout: Duration,

    /// How often traces are exported, in milliseconds; sooner when many wait.
    #[arg(long, env = "OTEL_BSP_SCHEDULE_DELAY", default_value = "5000")]
    #[arg(value_parser = milliseconds)]
    pub span_delay: Duration,

    /// How often log lines are exported, in milliseconds; sooner when many wait.
    #[arg(long, env = "OTEL_BLRP_SCHEDULE_DELAY", default_value = "1000")]
    #[arg(value_parser = milliseconds)]
    pub log_delay: Duration,

    /// Whether traces are exported: otlp (as they are when there is an endpoint) or none.
    #[arg(long, env = "OTEL_TRACES_EXPORTER", value_enum)]
    pub traces_exporter: Option<Exporter>,

    /// Whether log lines are exported too: otlp (as they are when there is an endpoint) or none.
    #[arg(long, env = "OTEL_LOGS_EXPORTER", value_enum)]
    pub logs_exporter: Option<Exporter>,

    /// With `true`, nothing is exported and new traces are not recorded.
    #[arg(long, env = "OTEL_SDK_DISABLED", default_value = "false", value_parser = boolean)]
    #[arg(action = clap::ArgAction::Set)]
    pub sdk_disabled: bool,

    /// The name of this service in traces and logs; otherwise that of the program.
    #[arg(long, env = "OTEL_SERVICE_NAME")]
    pub service_name: Option<String>,

    /// More of what describes this process in traces and logs, such as
    /// `deployment.environment.name=staging,service.instance.id=api-1`; in values, commas and the like
    /// are written as %2C.
    #[arg(long, env = "OTEL_RESOURCE_ATTRIBUTES", value_parser = key_values)]
    pub resource_attributes: Option<KeyValues>,

    /// Which new traces to record. With `parentbased_…` a trace begun elsewhere keeps the decision made
    /// there.
    #[arg(long, env = "OTEL_TRACES_SAMPLER", value_enum)]
    #[arg(default_value_t = TraceSampler::ParentBasedRatio)]
    pub trace_sampler: TraceSampler,

    /// The share of new traces to record, from 0.0 to 1.0, when the sampler is one of a ratio.
    #[arg(long, env = "OTEL_TRACES_SAMPLER_ARG", default_value = "1.0", value_parser = config::ratio)]
    pub trace_ratio: f64,

    /// How traces travel between processes: `tracecontext`, after the W3C. `baggage` may stand beside
    /// it, as it does by OpenTelemetry's default; nothing here has any, and what clients send is not
    /// handed on.
    #[arg(long, env = "OTEL_PROPAGATORS", default_value = "tracecontext")]
    #[arg(value_parser = propagators)]
    pub propagators: String,

    /// Refused by being there.
    #[command(flatten)]
    pub unsupported: Unsupported,
}

/// How OTLP travels.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum OtlpProtocol {
    /// Protobuf over gRPC, usually to port 4317.
    Grpc,
    /// Protobuf over HTTP/1.1, usually to port 4318.
    #[value(name = "http/protobuf")]
    HttpProtobuf,
}

/// Where traces or logs go.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Exporter {
    /// To the collector.
    Otlp,
    /// Nowhere.
    None,
}

/// Which new traces are recorded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum TraceSampler {
    /// All, whatever was decided elsewhere.
    #[value(name = "always_on")]
    AlwaysOn,
    /// None, whatever was decided elsewhere.
    #[value(name = "always_off")]
    AlwaysOff,
    /// A share, whatever was decided elsewhere.
    #[value(name = "traceidratio")]
    Ratio,
    /// All that begin here.
    #[value(name = "parentbased_always_on")]
    ParentBasedAlwaysOn,
    /// None that begin here.
    #[value(name = "parentbased_always_off")]
    ParentBasedAlwaysOff,
    /// A share of those that begin here.
    #[value(name = "parentbased_traceidratio")]
    ParentBasedRatio,
}

impl OpenTelemetrySettings {
    pub(super) fn traces_endpoint(&self) -> Option<&str> {
        self.endpoint(self.traces_exporter)
    }

    pub(super) fn logs_endpoint(&self) -> Option<&str> {
        self.endpoint(self.logs_exporter)
    }

    fn endpoint(&self, exporter: Option<Exporter>) -> Option<&str> {
        let usual = match self.otlp_protocol {
            OtlpProtocol::Grpc => "http://localhost:4317",
            OtlpProtocol::HttpProtobuf => "http://localhost:4318",
        };
        match (exporter, self.otlp_endpoint.as_deref()) {
            _ if self.sdk_disabled => None,
            (Some(Exporter::None), _) => None,
            (None, endpoint) => endpoint,
            (Some(Exporter::Otlp), endpoint) => Some(endpoint.unwrap_or(usual)),
        }
    }

    /// What decides whether a trace is recorded. What is not exported is not recorded.
    pub(super) fn sampler(&self) -> Sampler {
        let parent_based = |sampler| Sampler::ParentBased(Box::new(sampler));
        let ratio = Sampler::TraceIdRatioBased(self.trace_ratio);
        match self.trace_sampler {
            _ if self.traces_endpoint().is_none() => parent_based(Sampler::AlwaysOff),
            TraceSampler::AlwaysOn => Sampler::AlwaysOn,
            TraceSampler::AlwaysOff => Sampler::AlwaysOff,
            TraceSampler::Ratio => ratio,
            TraceSampler::ParentBasedAlwaysOn => parent_based(Sampler::AlwaysOn),
            TraceSampler::ParentBasedAlwaysOff => parent_based(Sampler::AlwaysOff),
            TraceSampler::ParentBasedRatio => parent_based(ratio),
        }
    }
}

fn endpoint(value: &str) -> Result<String, String> {
    if value.contains('@') {
        return Err("user and password belong in OTEL_EXPORTER_OTLP_HEADERS, as \
                    authorization=Basic%20…"
            .to_owned());
    }
    let url = config::secret_url(&["http", "https"], "")(value)
        .ok()
        .filter(|url| !url.expose().contains('?'));
    let rule = "it must be a URL such as http://localhost:4317 or https://collector.example:4317";
    url.map(|url| url.expose().trim_end_matches('/').to_owned()).ok_or_else(|| rule.to_owned())
}

fn milliseconds(value: &str) -> Result<Duration, String> {
    config::bounded(1_u64..=600_000)(value).map(Duration::from_millis)
}

fn boolean(value: &str) -> Result<bool, String> {
    match value.to_ascii_lowercase().as_str() {
        "true" => Ok(true),
        "false" => Ok(false),
        _ => Err("it must be true or false".to_owned()),
    }
}

fn propagators(value: &str) -> Result<String, String> {
    let mut names = value.split(',').map(str::trim);
    let is_known = names.clone().all(|name| ["tracecontext", "baggage"].contains(&name));
    if is_known && names.any(|name| name == "tracecontext") {
        return Ok(value.to_owned());
    }
    Err("it must be tracecontext, or tracecontext,baggage: traces travel as the W3C has it, and \
         nothing else does"
        .to_owned())
}

#[cfg(test)]
mod tests;
