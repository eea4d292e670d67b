//! Starting telemetry at the beginning of a process and flushing it at the end.

use std::time::Duration;

use opentelemetry::global;
use opentelemetry::trace::TracerProvider;
use opentelemetry_appender_tracing::layer::OpenTelemetryTracingBridge;
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::logs::SdkLoggerProvider;
use opentelemetry_sdk::trace::SdkTracerProvider;
use tracing::Subscriber;
use tracing::subscriber::SetGlobalDefaultError;
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::{Layer, Registry};

use super::export::{ExporterError, Exporters};
use super::root::DecidedAtRoot;
use super::{
    OpenTelemetrySettings, TelemetrySettings, export, filter, log_queue, logging, panics,
    propagation, provider, resource,
};

/// How long each of the two queues may take to reach the collector at the end.
const FLUSH_TIMEOUT: Duration = Duration::from_secs(3);

/// The telemetry of a running process. End it with [`Telemetry::shutdown`].
#[derive(Debug)]
#[must_use = "what is still queued is lost unless `shutdown` is called"]
pub struct Telemetry {
    tracers: SdkTracerProvider,
    loggers: Option<SdkLoggerProvider>,
}

/// Why telemetry could not start. Permanent: the settings or the program are wrong.
#[derive(Debug, thiserror::Error)]
pub enum TelemetryError {
    /// No exporter can be made for the endpoint and its certificates.
    #[error("the collector named by OTEL_EXPORTER_OTLP_ENDPOINT cannot be used")]
    Exporter(#[from] ExporterError),
    #[error("the operating system does not let the log be written")]
    Log(#[from] std::io::Error),
    /// There may be one in a process.
    #[error("telemetry was started already in this process")]
    StartedAlready(#[from] SetGlobalDefaultError),
}

/// Starts logs and traces for the whole process. Must be called within a Tokio runtime, once.
///
/// `service` and `version` name the process in every trace and log record.
pub fn init(
    service: &'static str,
    version: &'static str,
    settings: &TelemetrySettings,
) -> Result<Telemetry, TelemetryError> {
    let lines = log_queue::to_stdout()?;
    let telemetry = init_with(service, version, settings, lines.writer())?;
    panics::log_from_now_on();
    Ok(telemetry)
}

/// As [`init`], but no log lines are written: for a command, whose output is for its user.
pub fn init_silent(
    service: &'static str,
    version: &'static str,
    settings: &TelemetrySettings,
) -> Result<Telemetry, TelemetryError> {
    init_with(service, version, settings, std::io::sink)
}

fn init_with<W>(
    service: &'static str,
    version: &'static str,
    settings: &TelemetrySettings,
    stdout: W,
) -> Result<Telemetry, TelemetryError>
where
    W: for<'writer> MakeWriter<'writer> + Send + Sync + 'static,
{
    let resource = resource::resource(service, version, &settings.opentelemetry);
    let name = resource::service_name(&resource);
    let telemetry = providers(resource, &settings.opentelemetry)?;
    let (tracers, loggers) = (&telemetry.tracers, telemetry.loggers.as_ref());
    let subscriber = subscriber(&name, settings, tracers, loggers, stdout);
    tracing::subscriber::set_global_default(subscriber)?;
    // For libraries that propagate by themselves; OTEL_PROPAGATORS is not read by the SDK.
    global::set_text_map_propagator(propagation::w3c());
    Ok(telemetry)
}

fn providers(
    resource: Resource,
    settings: &OpenTelemetrySettings,
) -> Result<Telemetry, ExporterError> {
    let Exporters { spans, logs } = export::exporters(settings)?;
    let sampler = DecidedAtRoot(settings.sampler());
    sampler.install();
    let mut tracers = provider::tracers(resource.clone(), sampler);
    if let Some(spans) = spans {
        tracers = tracers.with_span_processor(provider::span_queue(spans, settings.span_delay));
    }
    let loggers = logs.map(|logs| provider::loggers(resource, logs, settings.log_delay));
    Ok(Telemetry { tracers: tracers.build(), loggers })
}

/// Each layer has its own filter: what stdout shows must not decide what is traced.
pub(super) fn subscriber<W>(
    service: &str,
    settings: &TelemetrySettings,
    tracers: &SdkTracerProvider,
    loggers: Option<&SdkLoggerProvider>,
    stdout: W,
) -> impl Subscriber + Send + Sync + use<W>
where
    W: for<'writer> MakeWriter<'writer> + Send + Sync + 'static,
{
    let spans = tracing_opentelemetry::layer()
        .with_tracer(tracers.tracer(service.to_owned()))
        .with_location(false)
        .with_target(false)
        .with_threads(false)
        .with_tracked_inactivity(false);
    let is_exported = settings.opentelemetry.traces_endpoint().is_some();
    let exported_logs = loggers.map(|loggers| {
        OpenTelemetryTracingBridge::new(loggers).with_filter(filter::exported_logs(&settings.log))
    });
    let lines = logging::layer(settings.log_format, service, stdout);
    Registry::default()
        .with(spans.with_filter(filter::traces(is_exported)))
        .with(exported_logs)
        .with(lines.with_filter(filter::lines(&settings.log)))
}

impl Telemetry {
    /// Sends what is queued to the collector, for a few seconds at most, and ends the export.
    /// The last thing a process does: what is traced or logged later reaches stdout only.
    pub async fn shutdown(self) {
        // The SDK waits for its own threads, which must not hold up the runtime they export on.
        let flushed = tokio::task::spawn_blocking(move || {
            let spans = self.tracers.shutdown_with_timeout(FLUSH_TIMEOUT);
            let logs =
                self.loggers.map_or(Ok(()), |loggers| loggers.shutdown_with_timeout(FLUSH_TIMEOUT));
            spans.and(logs)
        });
        let reason = match tokio::time::timeout(FLUSH_TIMEOUT * 2, flushed).await {
            Ok(Ok(Ok(()))) => return,
            Ok(Ok(Err(error))) => error.to_string(),
            Ok(Err(error)) => error.to_string(),
            Err(elapsed) => elapsed.to_string(),
        };
        tracing::warn!(reason, "some telemetry was dropped at the end");
    }
}
