//! Exporters to the collector that speak up, seldom, when it cannot be reached.
//!
//! The OpenTelemetry SDK's own messages are switched off (its `internal-logs` feature), since it
//! writes one for each batch that fails.

use std::fmt::Debug;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use opentelemetry_otlp::{ExporterBuildError, LogExporter, SpanExporter, WithExportConfig};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::error::OTelSdkResult;
use opentelemetry_sdk::logs::LogBatch;
use opentelemetry_sdk::trace::SpanData;

use super::outage::{Notice, Outage};

/// How long one export may take; the batch is dropped after that.
const EXPORT_TIMEOUT: Duration = Duration::from_secs(5);

/// The exporters of one collector. Must be made within a Tokio runtime.
pub(super) fn exporters(
    endpoint: &str,
) -> Result<(Watched<SpanExporter>, Watched<LogExporter>), ExporterBuildError> {
    let spans = SpanExporter::builder()
        .with_tonic()
        .with_endpoint(endpoint)
        .with_timeout(EXPORT_TIMEOUT)
        .build()?;
    let logs = LogExporter::builder()
        .with_tonic()
        .with_endpoint(endpoint)
        .with_timeout(EXPORT_TIMEOUT)
        .build()?;
    let watch = Watch { endpoint: endpoint.into(), outage: Arc::default() };
    Ok((Watched { inner: spans, watch: watch.clone() }, Watched { inner: logs, watch }))
}

/// An exporter whose results are noticed.
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
mod tests {
    use opentelemetry_sdk::error::OTelSdkError;
    use opentelemetry_sdk::trace::SpanExporter;
    use tracing_subscriber::Registry;
    use tracing_subscriber::layer::SubscriberExt;

    use super::*;
    use crate::telemetry::logging::written::Written;
    use crate::telemetry::{LogFormat, logging};

    #[derive(Debug)]
    struct Absent;

    impl SpanExporter for Absent {
        async fn export(&self, _: Vec<SpanData>) -> OTelSdkResult {
            Err(OTelSdkError::InternalFailure("connection refused".to_owned()))
        }
    }

    #[tokio::test]
    async fn an_absent_collector_costs_one_warning_for_all_exporters() {
        let written = Written::default();
        let lines = logging::layer(LogFormat::Json, "test", written.maker());
        let _logging = tracing::subscriber::set_default(Registry::default().with(lines));

        let watch = Watch { endpoint: "http://collector:4317".into(), outage: Arc::default() };
        let spans = Watched { inner: Absent, watch: watch.clone() };
        let others = Watched { inner: Absent, watch };
        for exporter in [&spans, &others, &spans] {
            assert!(exporter.export(vec![]).await.is_err());
        }

        let lines = written.lines();
        assert_eq!(lines.len(), 1, "{lines:?}");
        assert_eq!(lines[0]["level"], "WARN");
        assert_eq!(lines[0]["endpoint"], "http://collector:4317");
    }
}
