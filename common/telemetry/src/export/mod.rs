//! Exporters to the collector that log, seldom, that it cannot be reached.
//!
//! The OpenTelemetry SDK's own messages are switched off (its `internal-logs` feature), since it
//! writes one for each batch that fails.

use std::collections::HashMap;
use std::fmt::Debug;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use opentelemetry_otlp::tonic_types::metadata::MetadataMap;
use opentelemetry_otlp::tonic_types::transport::{Certificate, ClientTlsConfig, Identity};
use opentelemetry_otlp::{
    ExporterBuildError, LogExporter, Protocol, SpanExporter, WithExportConfig, WithHttpConfig,
    WithTonicConfig,
};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::error::OTelSdkResult;
use opentelemetry_sdk::logs::LogBatch;
use opentelemetry_sdk::trace::SpanData;

use super::http_client::BlockingClient;
use super::outage::{Notice, Outage};
use super::pem::PemFile;
use super::{OpenTelemetrySettings, OtlpProtocol};

/// Why no exporter can be made: the operator's fault.
#[derive(Debug, thiserror::Error)]
pub enum ExporterError {
    #[error(transparent)]
    Refused(#[from] ExporterBuildError),
    #[error("a certificate or its key cannot be read: {0}")]
    Certificate(#[from] ureq::Error),
}

pub(super) struct Exporters {
    pub(super) spans: Option<Watched<SpanExporter>>,
    pub(super) logs: Option<Watched<LogExporter>>,
}

/// The exporters of traces and of logs. Must be made within a Tokio runtime.
pub(super) fn exporters(settings: &OpenTelemetrySettings) -> Result<Exporters, ExporterError> {
    let outage = Arc::<Mutex<Outage>>::default();
    let watch = |endpoint: &str| Watch { endpoint: endpoint.into(), outage: Arc::clone(&outage) };
    let spans = settings.traces_endpoint().map(|endpoint| {
        span_exporter(endpoint, settings).map(|inner| Watched { inner, watch: watch(endpoint) })
    });
    let logs = settings.logs_endpoint().map(|endpoint| {
        log_exporter(endpoint, settings).map(|inner| Watched { inner, watch: watch(endpoint) })
    });
    Ok(Exporters { spans: spans.transpose()?, logs: logs.transpose()? })
}

fn span_exporter(
    endpoint: &str,
    settings: &OpenTelemetrySettings,
) -> Result<SpanExporter, ExporterError> {
    let builder = SpanExporter::builder();
    Ok(match settings.otlp_protocol {
        OtlpProtocol::Grpc => over_grpc(builder.with_tonic(), endpoint, settings).build()?,
        OtlpProtocol::HttpProtobuf => {
            let endpoint = format!("{endpoint}/v1/traces");
            over_http(builder.with_http(), endpoint, settings)?.build()?
        }
    })
}

fn log_exporter(
    endpoint: &str,
    settings: &OpenTelemetrySettings,
) -> Result<LogExporter, ExporterError> {
    let builder = LogExporter::builder();
    Ok(match settings.otlp_protocol {
        OtlpProtocol::Grpc => over_grpc(builder.with_tonic(), endpoint, settings).build()?,
        OtlpProtocol::HttpProtobuf => {
            let endpoint = format!("{endpoint}/v1/logs");
            over_http(builder.with_http(), endpoint, settings)?.build()?
        }
    })
}

fn over_grpc<B: WithExportConfig + WithTonicConfig>(
    builder: B,
    endpoint: &str,
    settings: &OpenTelemetrySettings,
) -> B {
    let builder = builder
        .with_endpoint(endpoint)
        .with_timeout(settings.otlp_timeout)
        .with_metadata(metadata(settings));
    match tls(endpoint, settings) {
        Some(tls) => builder.with_tls_config(tls),
        None => builder,
    }
}

fn over_http<B: WithExportConfig + WithHttpConfig>(
    builder: B,
    endpoint: String,
    settings: &OpenTelemetrySettings,
) -> Result<B, ureq::Error> {
    Ok(builder
        .with_protocol(Protocol::HttpBinary)
        .with_endpoint(endpoint)
        .with_timeout(settings.otlp_timeout)
        .with_headers(headers(settings))
        .with_http_client(BlockingClient::new(settings)?))
}

/// Trusted roots and a client certificate, for an endpoint with TLS.
fn tls(endpoint: &str, settings: &OpenTelemetrySettings) -> Option<ClientTlsConfig> {
    endpoint.strip_prefix("https://")?;
    let tls = match &settings.otlp_certificate {
        Some(PemFile(text)) => ClientTlsConfig::new().ca_certificate(Certificate::from_pem(text)),
        None => ClientTlsConfig::new().with_native_roots(),
    };
    Some(match (&settings.otlp_client_certificate, &settings.otlp_client_key) {
        (Some(PemFile(certificate)), Some(PemFile(key))) => {
            tls.identity(Identity::from_pem(certificate, key))
        }
        _ => tls,
    })
}

fn metadata(settings: &OpenTelemetrySettings) -> MetadataMap {
    settings.otlp_headers.as_ref().map_or_else(MetadataMap::new, |headers| headers.0.clone())
}

fn headers(settings: &OpenTelemetrySettings) -> HashMap<String, String> {
    let headers = metadata(settings).into_headers();
    // They were made of text.
    let text = headers.iter().filter_map(|(name, value)| Some((name, value.to_str().ok()?)));
    text.map(|(name, value)| (name.to_string(), value.to_owned())).collect()
}

#[derive(Debug)]
pub(super) struct Watched<E> {
    inner: E,
    watch: Watch,
}

/// Shared by the exporters of one collector, so that its absence costs one warning, not two.
#[derive(Clone, Debug)]
struct Watch {
    endpoint: Arc<str>,
    outage: Arc<Mutex<Outage>>,
}

impl Watch {
    fn notice(&self, result: &OTelSdkResult) {
        let notice = self
            .outage
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .after_export(result.is_ok(), Instant::now());
        let endpoint = &*self.endpoint;
        match (notice, result) {
            (Some(Notice::Lost), Err(error)) => tracing::warn!(
                endpoint,
                %error,
                "telemetry is being dropped: the collector named by OTEL_EXPORTER_OTLP_ENDPOINT \
                 did not take it"
            ),
            (Some(Notice::Regained), _) => {
                tracing::info!(endpoint, "the collector takes telemetry again");
            }
            _ => {}
        }
    }
}

impl<E: opentelemetry_sdk::trace::SpanExporter> opentelemetry_sdk::trace::SpanExporter
    for Watched<E>
{
    async fn export(&self, batch: Vec<SpanData>) -> OTelSdkResult {
        let result = self.inner.export(batch).await;
        self.watch.notice(&result);
        result
    }

    fn shutdown_with_timeout(&self, timeout: Duration) -> OTelSdkResult {
        self.inner.shutdown_with_timeout(timeout)
    }

    fn force_flush(&self) -> OTelSdkResult {
        self.inner.force_flush()
    }

    fn set_resource(&mut self, resource: &Resource) {
        self.inner.set_resource(resource);
    }
}

impl<E: opentelemetry_sdk::logs::LogExporter> opentelemetry_sdk::logs::LogExporter for Watched<E> {
    async fn export(&self, batch: LogBatch<'_>) -> OTelSdkResult {
        let result = self.inner.export(batch).await;
        self.watch.notice(&result);
        result
    }

    fn shutdown_with_timeout(&self, timeout: Duration) -> OTelSdkResult {
        self.inner.shutdown_with_timeout(timeout)
    }

    fn set_resource(&mut self, resource: &Resource) {
        self.inner.set_resource(resource);
    }
}

#[cfg(test)]
mod over_the_wire;
