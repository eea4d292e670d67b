use registrar_tests::command;
use registrar_tests::program::{DERIVATION_SECRET, SEALING_SECRET};

/// In every value that must not be shown.
const HIDDEN: &str = "hunter2";

const API: &str = "api-under-test";
const WORKER: &str = "worker-under-test";
const CLI: &str = "registrar-under-test";

/// All that must be set; at addresses where nothing listens, should a program start after all.
const ENOUGH: [(&str, &str); 6] = [
    ("DATABASE_URL", "mysql://me:hunter2@127.0.0.1:9/none"),
    ("AMQP_URL", "amqp://me:hunter2@127.0.0.1:9"),
    ("REGISTRAR_DERIVATION_SECRET", DERIVATION_SECRET),
    ("REGISTRAR_SEALING_SECRETS", SEALING_SECRET),
    ("REGISTRAR_API_ADDRESS", "127.0.0.1:0"),
    ("REGISTRAR_METRICS_ADDRESS", "127.0.0.1:0"),
];

/// Why the program does not start.
async fn refused(program: &str, arguments: &[&str], variable: &str, value: Option<&str>) -> String {
    let others = ENOUGH.into_iter().filter(|(name, _)| *name != variable);
    let settings: Vec<_> = others.chain(value.map(|value| (variable, value))).collect();
    let ended = command::run(program, arguments, &settings).await;
    let case = format!("{program} with {variable}={value:?}: {ended:?}");
    assert_eq!(ended.code, Some(2), "{case}");
    assert_eq!(ended.stdout, "", "{case}");
    assert_eq!(ended.stderr.trim_end().lines().count(), 1, "{case}");
    assert!(ended.stderr.starts_with(variable) && ended.stderr.ends_with(".\n"), "{case}");
    assert!(!ended.stderr.contains(HIDDEN), "{case}");
    ended.stderr
}

#[tokio::test(flavor = "multi_thread")]
async fn a_missing_setting_is_reported_by_its_name() {
    for (program, arguments, variables) in [
        (API, &[][..], &ENOUGH[..4]),
        (WORKER, &[][..], &ENOUGH[..2]),
        (CLI, &["migrate"][..], &ENOUGH[..1]),
    ] {
        for (variable, _) in variables {
            for value in [None, Some(""), Some(" \n")] {
                let sentence = refused(program, arguments, variable, value).await;
                assert!(sentence.ends_with(" must be set.\n"), "{value:?}: {sentence}");
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_invalid_setting_of_both_programs_is_refused() {
    for (variable, value) in [
        ("AMQP_URL", "https://hunter2@mq.example"),
        ("AMQP_URL", "hunter2"),
        ("AMQP_URL", "amqp://guest:p@hunter2/word@mq.example"),
        ("AMQP_URL", "amqp://guest:12/hunter2@mq.example"),
        ("AMQP_URL", "amqp://guest:12?hunter2@mq.example"),
        ("AMQP_URL", "amqp://me:hunter2@mq.example?heartbeat=10"),
        ("AMQP_URL", "amqp://me:hunter2@mq.example?connection_timeout=1000"),
        ("AMQP_URL", "amqps://me:hunter2@mq.example?verify=verify_none"),
        ("AMQP_URL", "amqps://me:hunter2@mq.example?cacertfile=/nowhere/ca.pem"),
        ("AMQP_URL", "amqps://me:hunter2@mq.example?depth=1"),
        ("DATABASE_URL", "postgres://me:hunter2@db.example/registrar"),
        ("DATABASE_URL", "mysql://me:hunter2@db.example"),
        ("DATABASE_URL", "mysql://me:p@hunter2/word@db.example/registrar"),
        ("DATABASE_URL", "mysql://me:12/hunter2@db.example/registrar"),
        ("OTEL_BSP_MAX_QUEUE_SIZE", "100"),
        ("OTEL_BSP_SCHEDULE_DELAY", "5s"),
        ("OTEL_EXPORTER_OTLP_CERTIFICATE", "/nowhere/ca.pem"),
        ("OTEL_EXPORTER_OTLP_COMPRESSION", "gzip"),
        ("OTEL_EXPORTER_OTLP_ENDPOINT", "collector:4317"),
        ("OTEL_EXPORTER_OTLP_ENDPOINT", "https://me:hunter2@collector.example"),
        ("OTEL_EXPORTER_OTLP_HEADERS", "hunter2"),
        ("OTEL_EXPORTER_OTLP_HEADERS", "authorization=hunter2%zz"),
        ("OTEL_EXPORTER_OTLP_INSECURE", "true"),
        ("OTEL_EXPORTER_OTLP_LOGS_PROTOCOL", "grpc"),
        ("OTEL_EXPORTER_OTLP_PROTOCOL", "http/json"),
        ("OTEL_EXPORTER_OTLP_TIMEOUT", "10s"),
        ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "http://collector.example:4317"),
        ("OTEL_EXPORTER_OTLP_TRACES_HEADERS", "authorization=hunter2"),
        ("OTEL_LOGS_EXPORTER", "console"),
        ("OTEL_METRICS_EXPORTER", "otlp"),
        ("OTEL_PROPAGATORS", "b3"),
        ("OTEL_RESOURCE_ATTRIBUTES", "team=100%"),
        ("OTEL_SDK_DISABLED", "1"),
        ("OTEL_TRACES_EXPORTER", "zipkin"),
        ("OTEL_TRACES_SAMPLER", "jaeger_remote"),
        ("OTEL_TRACES_SAMPLER_ARG", "150%"),
        ("REGISTRAR_AMQP_CONNECT_TIMEOUT", "5 seconds"),
        ("REGISTRAR_AMQP_HEARTBEAT_SECONDS", "0"),
        ("REGISTRAR_DATABASE_CONNECTIONS", "0"),
        ("REGISTRAR_DATABASE_CONNECT_TIMEOUT", "-1s"),
        ("REGISTRAR_DATABASE_STATEMENT_TIMEOUT", "10"),
        ("REGISTRAR_LOG", "worker=loud"),
        ("REGISTRAR_LOG_FORMAT", "xml"),
        ("REGISTRAR_METRICS_ADDRESS", "9100/metrics"),
    ] {
        refused(API, &[], variable, Some(value)).await;
        refused(WORKER, &[], variable, Some(value)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_password_with_special_characters_is_shown_nowhere_and_what_to_do_is_said() {
    let url = "amqp://guest:p@hunter2/word@mq.example";
    let others = ENOUGH.into_iter().filter(|(name, _)| *name != "AMQP_URL");
    let settings: Vec<_> = others.chain([("AMQP_URL", url)]).collect();
    let ended = command::run(API, &[], &settings).await;
    let sentence = "AMQP_URL is not usable: it must be a URL such as \
                    amqp://user:password@host:5672/virtual-host, or amqps://… for TLS; in user, \
                    password and virtual host, characters like / and @ are written as %2F and %40.\n";
    assert_eq!((ended.code, ended.stderr.as_str()), (Some(2), sentence));
    for (program, arguments) in [(CLI, &["lanes"][..]), (CLI, &["doctor"])] {
        let management = ("REGISTRAR_RABBITMQ_MANAGEMENT_URL", "http://guest:p@hunter2/word@mq");
        let settings = [ENOUGH[0], ENOUGH[1], management];
        let ended = command::run(program, arguments, &settings).await;
        assert_eq!(ended.code, Some(2), "{ended:?}");
        assert!(ended.stderr.starts_with("REGISTRAR_RABBITMQ_MANAGEMENT_URL is not"), "{ended:?}");
        assert!(!ended.stderr.contains("hunter2"), "{ended:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_invalid_setting_of_the_api_is_refused() {
    for (variable, value) in [
        ("REGISTRAR_API_ADDRESS", "localhost"),
        ("REGISTRAR_API_ADDRESS", "name.invalid:5000"),
        ("REGISTRAR_CORS_ORIGINS", "school.example"),
        ("REGISTRAR_CORS_ORIGINS", "https://School.example"),
        ("REGISTRAR_CORS_ORIGINS", "https://school.example:443"),
        ("REGISTRAR_DRAIN_DELAY", "5"),
        ("REGISTRAR_DERIVATION_SECRET", "hunter2"),
        ("REGISTRAR_PAGES", "/nowhere"),
        ("REGISTRAR_PUBLISH_CONFIRM_TIMEOUT", "soon"),
        ("REGISTRAR_PUBLISH_CONNECTIONS", "0"),
        ("REGISTRAR_PUBLISH_WINDOW", "many"),
        ("REGISTRAR_RATE_BURST", "0"),
        ("REGISTRAR_REQUEST_TIMEOUT", "fast"),
        ("REGISTRAR_SEALING_SECRETS", "a sealing secret that is long enough,hunter2"),
        ("REGISTRAR_TRUSTED_PROXIES", "proxy.example"),
    ] {
        refused(API, &[], variable, Some(value)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_invalid_setting_of_the_worker_is_refused() {
    for (variable, value) in [
        ("REGISTRAR_BATCH_LINGER", "5"),
        ("REGISTRAR_BATCH_ROWS", "513"),
        ("REGISTRAR_BULK_WRITERS", "65"),
        ("REGISTRAR_REQUEUE_AFTER", "never"),
        ("REGISTRAR_INTERACTIVE_WRITERS", "0"),
        ("REGISTRAR_SHUTDOWN_TIMEOUT", "20sec"),
    ] {
        refused(WORKER, &[], variable, Some(value)).await;
    }
}
