//! What must not reach the collector, and what must be reported nowhere.

use tracing::level_filters::LevelFilter;
use tracing_subscriber::filter::{FilterExt as _, Targets, filter_fn};
use tracing_subscriber::layer::Filter;

use super::LogFilter;

/// What exporting itself runs on. Its spans and events would be exported, which makes more of
/// them, without end. Matched as prefixes, so `hyper` is also `hyper_util`.
const EXPORT_TARGETS: [&str; 5] = ["hyper", "h2", "tonic", "tower", "opentelemetry"];

/// The RabbitMQ client: it logs a returned message whole, with the names and addresses in it, as
/// a warning; frames, and the URL with its password, at TRACE. Its errors are without.
const WIRE_TARGETS: [&str; 2] = ["lapin", "amq_protocol"];

/// Spans of level INFO and above, whatever the log filter says: a trace with holes is of no use. Their
/// events too, when they are exported; otherwise all fields would be copied only to be dropped.
pub(super) fn traces<S>(is_exported: bool) -> impl Filter<S> {
    let is_wanted = filter_fn(move |metadata| is_exported || metadata.is_span());
    is_wanted.with_max_level_hint(LevelFilter::TRACE).and(traced_targets())
}

fn traced_targets() -> Targets {
    without_the_export(Targets::new().with_default(LevelFilter::INFO))
        .with_targets(WIRE_TARGETS.map(|wire| (wire, LevelFilter::ERROR)))
}

/// The lines that `log` asks for, without personal data.
pub(super) fn lines<S>(log: &LogFilter) -> impl Filter<S> + use<S> {
    log.0.clone().and(without_messages())
}

/// The lines that stdout gets, without those of the export.
pub(super) fn exported_logs<S>(log: &LogFilter) -> impl Filter<S> + use<S> {
    without_the_export(log.0.clone()).and(without_messages())
}

/// A filter of its own, since a directive could be undone by a closer one.
fn without_messages() -> Targets {
    Targets::new()
        .with_default(LevelFilter::TRACE)
        .with_targets(WIRE_TARGETS.map(|wire| (wire, LevelFilter::ERROR)))
}

fn without_the_export(targets: Targets) -> Targets {
    targets.with_targets(EXPORT_TARGETS.map(|export| (export, LevelFilter::OFF)))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use tracing::{Event, Level, Subscriber};
    use tracing_subscriber::layer::{Context, SubscriberExt as _};
    use tracing_subscriber::{Layer, Registry};

    use super::*;

    #[derive(Clone, Default)]
    struct Seen(Arc<AtomicUsize>);

    impl<S: Subscriber> Layer<S> for Seen {
        fn on_event(&self, _: &Event<'_>, _: Context<'_, S>) {
            self.0.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// How many of the events of `log` pass the filter.
    fn passing(filter: impl Filter<Registry> + Send + Sync + 'static, log: fn()) -> usize {
        let seen = Seen::default();
        let subscriber = Registry::default().with(seen.clone().with_filter(filter));
        tracing::subscriber::with_default(subscriber, log);
        seen.0.load(Ordering::Relaxed)
    }

    /// As lapin logs a message that came back, and of its frames.
    fn log_messages() {
        tracing::warn!(target: concat!("lapin", "::returned_messages"), message = "Ada", "Server returned");
        tracing::trace!(target: concat!("lapin", "::channels"), frame = "Ada", "will handle frame");
        tracing::trace!(target: "amq_protocol_tcp", uri = "amqp://me:hunter2@host", "Connecting.");
    }

    fn log_a_failure() {
        tracing::error!(target: concat!("lapin", "::io_loop"), "error doing IO");
    }

    #[test]
    fn whole_messages_are_logged_nowhere_whatever_the_log_filter_says() {
        for levels in ["info", "trace", "lapin=trace", "info,lapin=warn"] {
            let log = levels.parse().unwrap();
            assert_eq!(passing(lines(&log), log_messages), 0, "{log:?}");
            assert_eq!(passing(exported_logs(&log), log_messages), 0, "{log:?}");
            assert_eq!(passing(lines(&log), log_a_failure), 1, "{log:?}");
            assert_eq!(passing(exported_logs(&log), log_a_failure), 1, "{log:?}");
        }
        assert_eq!(passing(traces(true), log_messages), 0);
        assert_eq!(passing(traces(true), log_a_failure), 1);
    }

    #[test]
    fn events_are_copied_only_when_they_are_exported() {
        let happen: fn() = || tracing::info!("stored");
        assert_eq!(passing(traces(true), happen), 1);
        assert_eq!(passing(traces(false), happen), 0);
    }

    #[test]
    fn traces_hold_our_spans_but_not_the_exports() {
        let filter = traced_targets();
        for target in ["registrar_api::register", "registrar_storage"] {
            assert!(filter.would_enable(target, &Level::INFO), "{target}");
        }
        for target in ["hyper::proto", "hyper_util", "h2", "tonic::transport", "tower::buffer"] {
            assert!(!filter.would_enable(target, &Level::ERROR), "{target}");
        }
    }
}
