//! Panics as log lines: found where everything else is, with the trace that they ended.

use std::panic;
use std::panic::PanicHookInfo;
use std::time::Duration;

use super::log_queue;

/// How long a panic waits for its line, which may be the last. Not long, since it may be one of many.
const FLUSH_TIMEOUT: Duration = Duration::from_millis(100);

pub(super) fn log_from_now_on() {
    panic::set_hook(Box::new(log));
}

fn log(panic: &PanicHookInfo<'_>) {
    let location = panic.location().map(ToString::to_string);
    // Of the messages only those that are literals: others show the values that surprised, which
    // may be a student's.
    let reason = panic.payload().downcast_ref::<&'static str>();
    tracing::error!(location, reason, "panicked");
    log_queue::flush_within(FLUSH_TIMEOUT);
}

#[cfg(test)]
mod tests {
    use std::panic::{catch_unwind, set_hook, take_hook};

    use tracing::info_span;
    use tracing::subscriber::with_default;

    use crate::logging::written::Written;
    use crate::settings::tests::settings;
    use crate::{init, provider, resource};

    #[test]
    fn a_panic_is_a_line_of_its_trace_and_shows_no_values() {
        let written = Written::default();
        let settings = settings(&["--log=info", "--log-format=json"]);
        let resource = resource::resource("registrar-test", "1", &settings.opentelemetry);
        let tracers = provider::tracers(resource, settings.opentelemetry.sampler()).build();
        let subscriber = init::subscriber("test", &settings, &tracers, None, written.maker());
        let usual = take_hook();
        set_hook(Box::new(super::log));
        with_default(subscriber, || {
            let _request = info_span!("request").entered();
            let parsed: Result<u8, _> = "ada@example.com".parse::<u8>().map_err(|_| "ada");
            catch_unwind(|| parsed.unwrap()).unwrap_err();
            catch_unwind(|| panic!("it cannot be")).unwrap_err();
        });
        set_hook(usual);

        let lines = written.lines();
        assert_eq!(lines.len(), 2, "{lines:?}");
        for line in &lines {
            assert_eq!((&line["level"], &line["message"]), (&"ERROR".into(), &"panicked".into()));
            assert!(line["location"].as_str().unwrap().contains("panics.rs"), "{line}");
            assert_eq!(line["trace_id"].as_str().unwrap().len(), 32);
        }
        assert!(!lines[0].to_string().contains("ada"), "{}", lines[0]);
        assert_eq!(lines[1]["reason"], "it cannot be");
    }
}
