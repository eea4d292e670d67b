//! What must not reach the collector.

use tracing::level_filters::LevelFilter;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::filter::{Directive, Targets};

use super::LogFilter;

/// What exporting itself runs on. Its spans and events would be exported, which makes more of
/// them, without end. Matched as prefixes, so `hyper` is also `hyper_util`.
const EXPORT_TARGETS: [&str; 5] = ["hyper", "h2", "tonic", "tower", "opentelemetry"];

/// Begins like `tower` but is the HTTP server's own span.
const HTTP_SERVER_TARGET: &str = "tower_otel";

/// Spans of level INFO and above, whatever the log filter says: a trace with holes is of no use.
pub(super) fn traces() -> Targets {
    EXPORT_TARGETS
        .into_iter()
        .fold(Targets::new().with_default(LevelFilter::INFO), |targets, export| {
            targets.with_target(export, LevelFilter::OFF)
        })
        .with_target(HTTP_SERVER_TARGET, LevelFilter::INFO)
}

/// The lines that stdout gets, without those of the export.
pub(super) fn exported_logs(log: &LogFilter) -> EnvFilter {
    EXPORT_TARGETS.into_iter().filter_map(off).fold(log.to_env_filter(), EnvFilter::add_directive)
}

fn off(target: &str) -> Option<Directive> {
    format!("{target}=off").parse().ok()
}

#[cfg(test)]
mod tests {
    use tracing::Level;

    use super::*;

    #[test]
    fn traces_hold_our_spans_and_the_http_servers_but_not_the_exports() {
        let filter = traces();
        for target in ["registrar_api::register", "registrar_common", "tower_otel::trace::http"] {
            assert!(filter.would_enable(target, &Level::INFO), "{target}");
        }
        for target in ["hyper::proto", "hyper_util", "h2", "tonic::transport", "tower::buffer"] {
            assert!(!filter.would_enable(target, &Level::ERROR), "{target}");
        }
    }

    #[test]
    fn every_export_target_makes_a_directive() {
        assert_eq!(EXPORT_TARGETS.into_iter().filter_map(off).count(), EXPORT_TARGETS.len());
    }
}
