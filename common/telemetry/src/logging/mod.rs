//! Log lines on stdout.

mod json;

use std::ffi::OsString;
use std::io::IsTerminal;

use tracing::Subscriber;
use tracing_subscriber::Layer;
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::registry::LookupSpan;

use self::json::JsonLines;
use super::LogFormat;

pub(super) type BoxedLayer<S> = Box<dyn Layer<S> + Send + Sync>;

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
        LogFormat::Json | LogFormat::Auto => JsonLines::new(service, writer).boxed(),
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

#[cfg(test)]
mod tests;
#[cfg(test)]
pub(super) mod written;
