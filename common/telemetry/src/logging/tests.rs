//! What a log line holds.

use std::ffi::OsString;

use serde_json::Value;
use tracing::{Span, info, info_span, warn};

use super::written::Written;
use crate::settings::tests::settings;
use crate::{init, propagation, provider, resource};

/// The JSON lines that `work` logs under a process's real subscriber, with no collector.
fn lines_of(log: &str, work: impl FnOnce()) -> Vec<Value> {
    let written = Written::default();
    let settings = settings(&["--log-format=json", &format!("--log={log}")]);
    let resource = resource::resource("registrar-test", "1", &settings.opentelemetry);
    let tracers = provider::tracers(resource, settings.opentelemetry.sampler()).build();
    let subscriber = init::subscriber("registrar-test", &settings, &tracers, None, written.maker());
    tracing::subscriber::with_default(subscriber, work);
    written.lines()
}

fn ids_of(line: &Value) -> (&str, &str) {
    (line["trace_id"].as_str().unwrap(), line["span_id"].as_str().unwrap())
}

#[test]
fn a_line_has_time_level_target_service_message_and_fields() {
    let lines = lines_of("info", || info!(rows = 3, lane = "bulk", "stored"));
    let line = &lines[0];
    assert_eq!(line["level"], "INFO");
    assert_eq!(line["service"], "registrar-test");
    assert_eq!(line["message"], "stored");
    assert_eq!(line["rows"], 3);
    assert_eq!(line["lane"], "bulk");
    assert_eq!(line["target"], module_path!());
    assert!(line["timestamp"].as_str().unwrap().ends_with('Z'));
}

#[test]
fn a_line_outside_any_span_has_no_ids() {
    let lines = lines_of("info", || {
        info!("starting");
        let _request = info_span!("request").entered();
        info!(parent: None, "set apart");
    });
    for line in lines {
        assert!(line.get("trace_id").is_none() && line.get("span_id").is_none(), "{line}");
    }
}

#[test]
fn nested_spans_share_the_trace_id_and_have_their_own_span_ids() {
    let mut of_request = None;
    let lines = lines_of("info", || {
        let request = info_span!("request");
        of_request = propagation::context_of(&request).map(|it| it.trace_id().to_string());
        let _request = request.entered();
        info!("outer");
        info_span!("insert").in_scope(|| info!("inner"));
        info!("outer again");
    });
    let ((outer, outer_span), (inner, inner_span)) = (ids_of(&lines[0]), ids_of(&lines[1]));
    assert_eq!((outer.len(), outer_span.len()), (32, 16));
    assert_eq!(outer, inner);
    assert_eq!(Some(outer), of_request.as_deref());
    assert_ne!(outer_span, inner_span);
    assert_eq!(ids_of(&lines[2]), (outer, outer_span));
}

#[test]
fn a_message_logs_the_trace_id_that_came_with_it_whether_it_is_recorded_or_not() {
    for flags in ["01", "00"] {
        let traceparent = format!("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-{flags}");
        let headers = [("traceparent".to_owned(), traceparent)].into();
        let lines = lines_of("info", || {
            let process = info_span!("process");
            propagation::set_parent(&process, &propagation::extract(&headers));
            process.in_scope(|| info!("settled"));
        });
        assert_eq!(lines[0]["trace_id"], "0af7651916cd43dd8448eb211c80319c");
        assert_ne!(lines[0]["span_id"], "b7ad6b7169203331");
    }
}

#[test]
fn a_line_for_a_named_span_has_that_spans_ids() {
    let lines = lines_of("info", || {
        let message: Span = info_span!(parent: None, "message");
        let _batch = info_span!("batch").entered();
        info!("batch stored");
        info!(parent: &message, "settled");
        message.in_scope(|| info!("settled"));
    });
    assert_ne!(ids_of(&lines[0]), ids_of(&lines[1]));
    assert_eq!(ids_of(&lines[1]), ids_of(&lines[2]));
}

#[test]
fn a_filter_that_hides_the_spans_does_not_hide_the_ids() {
    let lines = lines_of("warn", || {
        let _request = info_span!("request").entered();
        info!("hidden");
        warn!("shown");
    });
    assert_eq!(lines.len(), 1);
    ids_of(&lines[0]);
}

#[test]
fn fields_named_like_our_keys_do_not_make_a_key_twice() {
    let lines = lines_of("info", || {
        info!(level = "high", service = "other", trace_id = "x", "clash");
    });
    assert_eq!(lines[0]["level"], "INFO");
    assert_eq!(lines[0]["field.level"], "high");
    assert_eq!(lines[0]["service"], "registrar-test");
    assert!(lines[0].get("trace_id").is_none());
}

#[test]
fn any_value_is_a_value_of_json() {
    let text = "\"quoted\", C:\\, \n\t\u{1b}[0m, Zo\u{eb} \u{1f600}";
    let lines = lines_of("info", || {
        info!(text, shown = %text, debugged = ?text, r#type = "x", "dotted.key" = true, "{text}");
        info!(minus = -1, whole = 2.0, huge = 1e300, none = f64::NAN, big = u64::MAX);
    });
    let line = &lines[0];
    for key in ["text", "shown", "message"] {
        assert_eq!(line[key], text, "{key}");
    }
    assert_eq!(line["debugged"], format!("{text:?}"));
    assert_eq!((&line["type"], &line["dotted.key"]), (&"x".into(), &true.into()));
    let line = &lines[1];
    assert_eq!((line["minus"].as_i64(), line["big"].as_u64()), (Some(-1), Some(u64::MAX)));
    assert_eq!((line["whole"].as_f64(), line["huge"].as_f64()), (Some(2.0), Some(1e300)));
    assert!(line["none"].is_null() && line.get("none").is_some());
}

#[test]
fn a_value_that_logs_while_it_is_shown_does_not_tear_the_line() {
    struct Talkative;
    impl std::fmt::Display for Talkative {
        fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            info!("inside");
            formatter.write_str("talkative")
        }
    }
    let lines = lines_of("info", || info!(value = %Talkative, "outside"));
    let messages: Vec<_> = lines.iter().map(|line| &line["message"]).collect();
    assert!(messages.contains(&&"outside".into()), "{messages:?}");
}

#[test]
fn colours_are_for_terminals_that_know_them_and_users_who_want_them() {
    for (no_color, terminal, expected) in [
        (None, None, true),
        (None, Some("xterm-256color"), true),
        (Some(""), Some("xterm"), true),
        (Some("1"), Some("xterm"), false),
        (Some("0"), None, false),
        (None, Some("dumb"), false),
    ] {
        let variable = |name: &str| match name {
            "NO_COLOR" => no_color.map(OsString::from),
            "TERM" => terminal.map(OsString::from),
            other => panic!("{other}"),
        };
        assert_eq!(super::wants_colours(variable), expected, "{no_color:?} {terminal:?}");
    }
}
