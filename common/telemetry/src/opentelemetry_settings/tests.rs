//! Which values OpenTelemetry's variables may have, and what follows from them.

use super::*;
use crate::settings::tests::{refusal, settings};

fn opentelemetry(flags: &[&str]) -> OpenTelemetrySettings {
    settings(flags).opentelemetry
}

#[test]
fn nothing_is_exported_unless_asked_for() {
    let settings = opentelemetry(&[]);
    assert_eq!((settings.traces_endpoint(), settings.logs_endpoint()), (None, None));
    let sampler = format!("{:?}", settings.sampler());
    assert_eq!(sampler, "ParentBased(AlwaysOff)");
}

#[test]
fn traces_and_logs_go_where_the_variables_say() {
    const HERE: &str = "--otlp-endpoint=https://c.example:4317/";
    let at = Some("https://c.example:4317");
    for (flags, traces, logs) in [
        (&[HERE][..], at, at),
        (&[HERE, "--traces-exporter=none"], None, at),
        (&[HERE, "--logs-exporter=none"], at, None),
        (&[HERE, "--sdk-disabled=TRUE"], None, None),
        (&[HERE, "--sdk-disabled=false"], at, at),
        (&["--traces-exporter=otlp"], Some("http://localhost:4317"), None),
        (
            &["--logs-exporter=otlp", "--otlp-protocol=http/protobuf"],
            None,
            Some("http://localhost:4318"),
        ),
    ] {
        let settings = opentelemetry(flags);
        let found = (settings.traces_endpoint(), settings.logs_endpoint());
        assert_eq!(found, (traces, logs), "{flags:?}");
    }
}

#[test]
fn each_sampler_is_the_one_of_its_name() {
    for (name, sampler) in [
        ("always_on", "AlwaysOn"),
        ("always_off", "AlwaysOff"),
        ("traceidratio", "TraceIdRatioBased(0.25)"),
        ("parentbased_always_on", "ParentBased(AlwaysOn)"),
        ("parentbased_always_off", "ParentBased(AlwaysOff)"),
        ("parentbased_traceidratio", "ParentBased(TraceIdRatioBased(0.25))"),
    ] {
        let flag = format!("--trace-sampler={name}");
        let settings = opentelemetry(&["--traces-exporter=otlp", "--trace-ratio=0.25", &flag]);
        assert_eq!(format!("{:?}", settings.sampler()), sampler);
    }
    let usual = opentelemetry(&["--traces-exporter=otlp"]).sampler();
    assert_eq!(format!("{usual:?}"), "ParentBased(TraceIdRatioBased(1.0))");
}

#[test]
fn the_specifications_own_propagators_may_be_asked_for() {
    for value in ["tracecontext", "tracecontext,baggage", "baggage, tracecontext"] {
        assert_eq!(opentelemetry(&[&format!("--propagators={value}")]).propagators, value);
    }
}

#[test]
fn a_queue_is_exported_after_the_time_that_is_asked_for() {
    let settings = opentelemetry(&["--span-delay=50", "--log-delay=60000"]);
    assert_eq!(settings.span_delay, Duration::from_millis(50));
    assert_eq!(settings.log_delay, Duration::from_mins(1));
    let usual = opentelemetry(&[]);
    let delays = (usual.span_delay, usual.log_delay);
    assert_eq!(delays, (Duration::from_secs(5), Duration::from_secs(1)));
}

#[test]
fn wrong_variables_are_refused_by_name() {
    let url = "OTEL_EXPORTER_OTLP_ENDPOINT is not usable: it must be a URL such as \
               http://localhost:4317 or https://collector.example:4317.";
    for (flag, sentence) in [
        ("--otlp-endpoint=localhost:4317", url),
        ("--otlp-endpoint=unix:///run/collector", url),
        ("--otlp-endpoint=http://collector:port", url),
        ("--otlp-endpoint=http://collector:4317/?key=hunter2", url),
        (
            "--otlp-endpoint=https://me:hunter2@collector",
            "OTEL_EXPORTER_OTLP_ENDPOINT is not usable: user and password belong in \
             OTEL_EXPORTER_OTLP_HEADERS, as authorization=Basic%20….",
        ),
        (
            "--otlp-protocol=http/json",
            "OTEL_EXPORTER_OTLP_PROTOCOL is \"http/json\", but it must be one of: grpc, \
             http/protobuf.",
        ),
        (
            "--otlp-timeout=10s",
            "OTEL_EXPORTER_OTLP_TIMEOUT is \"10s\", but it must be a whole number from 1 to \
             600000.",
        ),
        (
            "--otlp-certificate=/nowhere/ca.pem",
            "OTEL_EXPORTER_OTLP_CERTIFICATE is \"/nowhere/ca.pem\", but it cannot be read: No \
             such file or directory (os error 2).",
        ),
        ("--sdk-disabled=yes", "OTEL_SDK_DISABLED is \"yes\", but it must be true or false."),
        (
            "--traces-exporter=zipkin",
            "OTEL_TRACES_EXPORTER is \"zipkin\", but it must be one of: otlp, none.",
        ),
        (
            "--trace-sampler=xray",
            "OTEL_TRACES_SAMPLER is \"xray\", but it must be one of: always_on, always_off, \
             traceidratio, parentbased_always_on, parentbased_always_off, \
             parentbased_traceidratio.",
        ),
        (
            "--trace-ratio=2",
            "OTEL_TRACES_SAMPLER_ARG is \"2\", but it must be a number from 0.0 to 1.0.",
        ),
        (
            "--propagators=tracecontext,b3",
            "OTEL_PROPAGATORS is \"tracecontext,b3\", but it must be tracecontext, or \
             tracecontext,baggage: traces travel as the W3C has it, and nothing else does.",
        ),
        (
            "--propagators=baggage",
            "OTEL_PROPAGATORS is \"baggage\", but it must be tracecontext, or \
             tracecontext,baggage: traces travel as the W3C has it, and nothing else does.",
        ),
        (
            "--resource-attributes=team",
            "OTEL_RESOURCE_ATTRIBUTES is \"team\", but it must be key=value pairs separated \
             by commas, and in values commas, percent signs and the like must be written as \
             %2C and %25.",
        ),
        (
            "--otlp-headers=hunter2",
            "OTEL_EXPORTER_OTLP_HEADERS is not usable: it must be key=value pairs separated \
             by commas, and in values commas, percent signs and the like must be written as \
             %2C and %25.",
        ),
    ] {
        assert_eq!(refusal(flag), sentence);
    }
}
