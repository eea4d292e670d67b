//! Log lines as JSON: one object a line, written straight from the event into the buffer of its
//! thread, with no value or map in between.

use std::cell::Cell;
use std::fmt::{Debug, Write};
use std::io::Write as _;
use std::sync::OnceLock;
use std::time::SystemTime;

use opentelemetry::trace::{SpanContext, TraceContextExt};
use tracing::dispatcher::WeakDispatch;
use tracing::field::{Field, Visit};
use tracing::{Dispatch, Event, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::layer::Context;

use crate::text::{push_ids, push_time};

thread_local! {
    /// A line's memory, for the next one.
    static LINE: Cell<String> = const { Cell::new(String::new()) };
}

/// Writes each event as one line, and keeps nothing of spans.
///
/// Ids come from the OpenTelemetry context and not from the spans this layer sees: with a log
/// filter of `warn` it sees no span of level INFO, but its warnings still belong to a trace.
pub(super) struct JsonLines<W> {
    service: String,
    writer: W,
    /// The subscriber that the layer became part of, to ask it for the span that an event names.
    subscriber: OnceLock<WeakDispatch>,
}

impl<W> JsonLines<W> {
    pub(super) fn new(service: &str, writer: W) -> Self {
        Self { service: service.to_owned(), writer, subscriber: OnceLock::new() }
    }

    fn write(&self, event: &Event<'_>, line: &mut String) -> std::fmt::Result {
        line.push_str("{\"timestamp\":\"");
        push_time(line, SystemTime::now().into());
        line.push_str("\",\"level\":\"");
        line.push_str(event.metadata().level().as_str());
        line.push('"');
        for (key, value) in [("target", event.metadata().target()), ("service", &self.service)] {
            write_key(line, key)?;
            write_string(line, value)?;
        }
        event.record(&mut Fields(line));
        if let Some(span) = self.span_of(event) {
            line.push_str(",\"trace_id\":\"");
            push_ids(line, &span, "\",\"span_id\":\"");
            line.push('"');
        }
        line.push_str("}\n");
        Ok(())
    }

    fn span_of(&self, event: &Event<'_>) -> Option<SpanContext> {
        let valid = |context: &opentelemetry::Context| {
            let span = context.span();
            Some(span.span_context()).filter(|span| span.is_valid()).cloned()
        };
        match event.parent() {
            Some(parent) => {
                let subscriber = self.subscriber.get()?.upgrade()?;
                valid(&tracing_opentelemetry::get_otel_context(parent, &subscriber)?)
            }
            None if event.is_root() => None,
            None => opentelemetry::Context::map_current(valid),
        }
    }
}

impl<S, W> Layer<S> for JsonLines<W>
where
    S: Subscriber,
    W: for<'writer> MakeWriter<'writer> + 'static,
{
    fn on_register_dispatch(&self, subscriber: &Dispatch) {
        // The first one stays; a layer is part of one subscriber only.
        let _ = self.subscriber.set(subscriber.downgrade());
    }

    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        // Taken, since a value may log while it is formatted, and gone at the end of a thread.
        let mut line = LINE.try_with(Cell::take).unwrap_or_default();
        line.clear();
        if self.write(event, &mut line).is_ok() {
            // There is no other place to say it.
            let _ = self.writer.make_writer_for(event.metadata()).write_all(line.as_bytes());
        }
        let _ = LINE.try_with(|kept| kept.set(line));
    }
}

struct Fields<'a>(&'a mut String);

impl Fields<'_> {
    fn write(&mut self, field: &Field, value: std::fmt::Arguments<'_>) {
        // Writing to a string never fails.
        let _ = write_key(self.0, key_of(field.name()));
        let _ = self.0.write_fmt(value);
    }
}

impl Visit for Fields<'_> {
    fn record_str(&mut self, field: &Field, value: &str) {
        let _ = write_key(self.0, key_of(field.name()));
        let _ = write_string(self.0, value);
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.write(field, format_args!("{value}"));
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.write(field, format_args!("{value}"));
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.write(field, format_args!("{value}"));
    }

    fn record_f64(&mut self, field: &Field, value: f64) {
        if value.is_finite() {
            self.write(field, format_args!("{value:?}"));
        } else {
            self.write(field, format_args!("null"));
        }
    }

    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        self.write(field, format_args!("\""));
        let _ = write!(Escaped(self.0), "{value:?}");
        self.0.push('"');
    }
}

/// Fields share the line with our own keys, and JSON must not have a key twice.
fn key_of(field: &'static str) -> &'static str {
    match field.strip_prefix("r#").unwrap_or(field) {
        "timestamp" => "field.timestamp",
        "level" => "field.level",
        "target" => "field.target",
        "service" => "field.service",
        "trace_id" => "field.trace_id",
        "span_id" => "field.span_id",
        other => other,
    }
}

fn write_key(line: &mut String, key: &str) -> std::fmt::Result {
    line.push(',');
    write_string(line, key)?;
    line.push(':');
    Ok(())
}

fn write_string(line: &mut String, text: &str) -> std::fmt::Result {
    line.push('"');
    Escaped(line).write_str(text)?;
    line.push('"');
    Ok(())
}

/// Writes the inside of a string (RFC 8259, section 7).
struct Escaped<'a>(&'a mut String);

impl Write for Escaped<'_> {
    fn write_str(&mut self, text: &str) -> std::fmt::Result {
        let must_be_escaped = |byte: &u8| *byte < b' ' || matches!(byte, b'"' | b'\\');
        let mut rest = text;
        // First without a way out, which takes many bytes at a time: hardly any text has such a byte.
        let has_any = text.bytes().fold(false, |found, byte| found | must_be_escaped(&byte));
        while has_any && let Some(at) = rest.bytes().position(|byte| must_be_escaped(&byte)) {
            self.0.push_str(&rest[..at]);
            write!(self.0, "\\u{:04x}", rest.as_bytes()[at])?;
            rest = &rest[at + 1..];
        }
        self.0.push_str(rest);
        Ok(())
    }
}
