//! The OpenTelemetry SDK's providers of tracers and loggers.

use std::time::Duration;

use opentelemetry_sdk::logs::{BatchConfigBuilder, BatchLogProcessor, SdkLoggerProvider};
use opentelemetry_sdk::trace::{
    BatchSpanProcessor, SdkTracerProvider, ShouldSample, TracerProviderBuilder,
};
use opentelemetry_sdk::{Resource, trace};

/// A batch's span links to the span of every registration in it, 512 or fewer; the SDK's own
/// limit is 128 and it drops the rest silently.
pub(super) const MAX_LINKS_PER_SPAN: u32 = 1024;

/// Spans, and log records, that wait for export; more are dropped, so that memory stays bounded.
const MAX_QUEUE: usize = 16_384;

/// Tracers without an exporter still make ids, for log lines and for messages.
pub(super) fn tracers(
    resource: Resource,
    sampler: impl ShouldSample + 'static,
) -> TracerProviderBuilder {
    SdkTracerProvider::builder()
        .with_resource(resource)
        .with_sampler(sampler)
        .with_max_links_per_span(MAX_LINKS_PER_SPAN)
}

pub(super) fn span_queue<E>(exporter: E, delay: Duration) -> BatchSpanProcessor
where
    E: trace::SpanExporter + 'static,
{
    let limits = trace::BatchConfigBuilder::default()
        .with_max_queue_size(MAX_QUEUE)
        .with_scheduled_delay(delay)
        .build();
    BatchSpanProcessor::builder(exporter).with_batch_config(limits).build()
}

pub(super) fn loggers<E>(resource: Resource, exporter: E, delay: Duration) -> SdkLoggerProvider
where
    E: opentelemetry_sdk::logs::LogExporter + 'static,
{
    let limits = BatchConfigBuilder::default()
        .with_max_queue_size(MAX_QUEUE)
        .with_scheduled_delay(delay)
        .build();
    SdkLoggerProvider::builder()
        .with_resource(resource)
        .with_log_processor(BatchLogProcessor::builder(exporter).with_batch_config(limits).build())
        .build()
}
