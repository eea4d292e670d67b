//! Log lines on stdout.

use std::ffi::OsString;
use std::io::IsTerminal;
use std::sync::{Arc, OnceLock};

use json_subscriber::{FieldWriter, JsonLayer};
use opentelemetry::trace::{SpanContext, TraceContextExt};
use tracing::dispatcher::WeakDispatch;
use tracing::{Dispatch, Event, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::fmt::time::SystemTime;
use tracing_subscriber::layer::Context;
use tracing_subscriber::registry::LookupSpan;

use super::LogFormat;

pub(super) type BoxedLayer<S> = Box<dyn Layer<S> + Send + Sync>;

/// The layer that writes lines in `format` to `writer`.
pub(super) fn layer<S, W>(format: LogFormat, service: &str, writer: W) -> BoxedLayer<S>
where
    S: Subscriber + for<'span> LookupSpan<'span>,
    W: for<'writer> MakeWriter<'writer> + Send + Sync + 'static,
{
    let is_terminal = std::io::stdout().is_terminal();
    let colours = is_terminal && wants_colours(|name| std::env::var_os(name));
    match format {
        LogFormat::Text => text(colours, writer),
        LogFormat::Auto if is_terminal => text(colours, writer),
        LogFormat::Json | LogFormat::Auto => json(service, writer),
    }
}

/// Whether a terminal understands colours and its user wants them, after <https://no-color.org>.
fn wants_colours(variable: impl Fn(&str) -> Option<OsString>) -> bool {
    let is_refused = variable("NO_COLOR").is_some_and(|value| !value.is_empty());
    !is_refused && variable("TERM").is_none_or(|terminal| terminal != "dumb")
}

fn text<S, W>(colours: bool, writer: W) -> BoxedLayer<S>
where
    S: Subscriber + for<'span> LookupSpan<'span>,
    W: for<'writer> MakeWriter<'writer> + Send + Sync + 'static,
{
    tracing_subscriber::fmt::layer().with_ansi(colours).with_writer(writer).boxed()
}

fn json<S, W>(service: &str, writer: W) -> BoxedLayer<S>
where
    S: Subscriber + for<'span> LookupSpan<'span>,
    W: for<'writer> MakeWriter<'writer> + Send + Sync + 'static,
{
    let subscriber = SubscriberSeen::default();
    let ids_from = subscriber.clone();
    let mut lines = JsonLayer::new(writer);
    lines.with_timer("timestamp", SystemTime);
    lines.with_level("level");
    lines.with_target("target");
    lines.add_static_field("service", service.into());
    lines.with_flattened_event_with_renames(keep_off_our_keys, ());
    lines.add_multiple_dynamic_fields(move |event, _context, line| {
        if let Some(span) = ids_from.span_of(event) {
            write_ids(&span, line);
        }
    });
    subscriber.and_then(EventsOnly(lines)).boxed()
}

fn write_ids(span: &SpanContext, line: &mut FieldWriter<'_>) {
    // Strings always serialize.
    let _ = line.write_field("trace_id", span.trace_id().to_string());
    let _ = line.write_field("span_id", span.span_id().to_string());
}

/// Fields share the line with our own keys, and JSON must not have a key twice.
fn keep_off_our_keys<'a>(field: &'a str, (): &'a ()) -> &'a str {
    match field {
        "timestamp" => "field.timestamp",
        "level" => "field.level",
        "target" => "field.target",
        "service" => "field.service",
        "trace_id" => "field.trace_id",
        "span_id" => "field.span_id",
        other => other,
    }
}

/// Remembers the subscriber that the layer became part of, to ask it for an event's span.
///
/// Ids come from the OpenTelemetry context and not from the spans this layer sees: with a log
/// filter of `warn` it sees no span of level INFO, but its warnings still belong to a trace.
#[derive(Clone, Default)]
struct SubscriberSeen(Arc<OnceLock<WeakDispatch>>);

impl SubscriberSeen {
    fn span_of(&self, event: &Event<'_>) -> Option<SpanContext> {
        let context = match event.parent() {
            Some(parent) => {
                let subscriber = self.0.get()?.upgrade()?;
                tracing_opentelemetry::get_otel_context(parent, &subscriber)?
            }
            None if event.is_root() => return None,
            None => opentelemetry::Context::current(),
        };
        let span = context.span().span_context().clone();
        span.is_valid().then_some(span)
    }
}

impl<S: Subscriber> Layer<S> for SubscriberSeen {
    fn on_register_dispatch(&self, subscriber: &Dispatch) {
        // The first one stays; a layer is part of one subscriber only.
        let _ = self.0.set(subscriber.downgrade());
    }
}

/// Keeps spans from a layer that would copy their fields for lines which do not show them.
struct EventsOnly<L>(L);

impl<S: Subscriber, L: Layer<S>> Layer<S> for EventsOnly<L> {
    fn on_register_dispatch(&self, subscriber: &Dispatch) {
        self.0.on_register_dispatch(subscriber);
    }

    fn on_event(&self, event: &Event<'_>, context: Context<'_, S>) {
        self.0.on_event(event, context);
    }
}

#[cfg(test)]
mod tests;
#[cfg(test)]
pub(super) mod written;
