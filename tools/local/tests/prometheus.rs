//! Prometheus of both generations, Alertmanager and `mysqld_exporter`.
#![expect(
    clippy::unwrap_used,
    reason = "helpers of tests panic when the test cannot go on, which is how a test fails"
)]

use std::fs;
use std::path::Path;
use std::time::{Duration, SystemTime};

use registrar_local::{
    Alertmanager, Generation, MariaDb, MysqldExporter, Prometheus, PrometheusOptions, RabbitMq,
    ScrapeTargets, ServerOptions, UnpackedTools, poll_until,
};
use tempfile::TempDir;

const TIMEOUT: Duration = Duration::from_mins(1);
const GENERATIONS: [Generation; 2] = [Generation::Two, Generation::Three];

fn tools() -> UnpackedTools {
    UnpackedTools::at(Path::new(env!("CARGO_MANIFEST_DIR")).join("../../.local/tools"))
}

fn options(targets: ScrapeTargets) -> PrometheusOptions {
    PrometheusOptions {
        server: ServerOptions::temporary(),
        interval: Duration::from_secs(1),
        targets,
        rule_files: Vec::new(),
        alertmanager: None,
        flags: Vec::new(),
    }
}

fn file(folder: &TempDir, name: &str, text: &str) -> std::path::PathBuf {
    let path = folder.path().join(name);
    fs::write(&path, text).unwrap();
    path
}

/// Waits until the expression has this value: a first scrape may take longer than it may.
fn shows(prometheus: &Prometheus, expression: &str, expected: f64) {
    let found = poll_until(TIMEOUT, || {
        let series = prometheus.api().query(expression).unwrap();
        let is_shown =
            series.first().is_some_and(|series| series.points[0].1.to_bits() == expected.to_bits());
        is_shown.then_some(())
    });
    assert!(found.is_some(), "{expression} is not {expected}: {:?}", prometheus.api().targets());
}

#[test]
fn both_generations_scrape_the_broker_and_the_database_server() {
    let database = MariaDb::start(&ServerOptions::temporary()).unwrap();
    let broker = RabbitMq::start(&ServerOptions::temporary()).unwrap();
    let exporter = tools().mysqld_exporter().unwrap();
    let exporter =
        MysqldExporter::start(&exporter, &ServerOptions::temporary(), &database).unwrap();
    let targets = ScrapeTargets {
        rabbitmq: vec![broker.metrics_port()],
        mysql: vec![exporter.port()],
        ..ScrapeTargets::default()
    };
    for generation in GENERATIONS {
        let program = tools().prometheus(generation).unwrap();
        let began = SystemTime::now();
        let prometheus = Prometheus::start(&program, &options(targets.clone())).unwrap();
        for (expression, expected) in [
            ("sum(up{job=\"prometheus\"})", 1_f64),
            ("count(rabbitmq_identity_info{job=\"rabbitmq\"})", 1.0),
            ("mysql_up", 1.0),
            ("count(mysql_global_status_threads_connected)", 1.0),
            ("min(mysql_exporter_collector_success)", 1.0),
            ("sum(up{job=\"rabbitmq-detailed\"})", 1.0),
        ] {
            shows(&prometheus, expression, expected);
        }
        let twice = prometheus.api().query("rabbitmq_identity_info{job=\"rabbitmq-detailed\"}");
        assert_eq!(twice.unwrap(), []);
        let points = poll_until(TIMEOUT, || {
            let (now, step) = (SystemTime::now(), Duration::from_millis(500));
            let range = prometheus.api().query_range("mysql_up", began, now, step).unwrap();
            range.first().filter(|series| series.points.len() > 1).map(|series| series.points.len())
        });
        assert!(points.is_some());
    }
}

#[test]
fn the_exporters_user_reads_figures_and_no_student() {
    let database = MariaDb::start(&ServerOptions::temporary()).unwrap();
    let admin = database.admin();
    admin.create_database("registrar").unwrap();
    let table = "CREATE TABLE registrar.students (email TEXT); \
                 INSERT INTO registrar.students VALUES ('ada@example.org')";
    admin.execute(table).unwrap();
    let program = tools().mysqld_exporter().unwrap();
    let exporter = MysqldExporter::start(&program, &ServerOptions::temporary(), &database).unwrap();
    let user = exporter.as_user(admin);

    assert!(user.execute("SHOW GLOBAL STATUS").unwrap().contains("Threads_connected"));
    for forbidden in [
        "SELECT * FROM registrar.students",
        "INSERT INTO registrar.students VALUES ('eve@example.org')",
        "SELECT * FROM mysql.global_priv",
    ] {
        let error = user.execute(forbidden).unwrap_err().to_string();
        assert!(error.contains("denied"), "{forbidden}: {error}");
    }
}

#[test]
fn an_alert_of_a_rule_file_fires_and_reaches_the_alertmanager() {
    let folder = tempfile::tempdir().unwrap();
    let config = r#"{"route": {"receiver": "none"}, "receivers": [{"name": "none"}]}"#;
    let config = file(&folder, "alertmanager.yaml", config);
    let rules = r#"{"groups": [{"name": "one", "rules": [
        {"record": "one:recorded", "expr": "vector(7)"},
        {"alert": "Always", "expr": "one:recorded > 1", "labels": {"severity": "page"}}]}]}"#;
    let rules = file(&folder, "rules.yaml", rules);
    let program = tools().alertmanager().unwrap();
    let alertmanager = Alertmanager::start(&program, &ServerOptions::temporary(), &config).unwrap();
    let options = PrometheusOptions {
        rule_files: vec![rules],
        alertmanager: Some(alertmanager.port()),
        // What fires before Alertmanager is discovered, after some seconds, is sent to no one.
        flags: vec!["--rules.alert.resend-delay=1s".to_owned()],
        ..options(ScrapeTargets::default())
    };
    for generation in GENERATIONS {
        let program = tools().prometheus(generation).unwrap();
        let prometheus = Prometheus::start(&program, &options).unwrap();
        let alert = poll_until(TIMEOUT, || {
            prometheus.api().alerts().unwrap().into_iter().find(|alert| alert.state == "firing")
        })
        .unwrap();
        assert_eq!(
            (alert.labels["severity"].as_str(), alert.value.to_bits()),
            ("page", 7_f64.to_bits())
        );
        let groups = prometheus.api().rules().unwrap();
        let rules: Vec<_> =
            groups[0].rules.iter().map(|rule| (&*rule.kind, &*rule.health)).collect();
        assert_eq!(rules, [("recording", "ok"), ("alerting", "ok")]);
        let url = format!("http://127.0.0.1:{}/api/v2/alerts", alertmanager.port());
        let arrived = poll_until(TIMEOUT, || {
            let alerts = ureq::get(&url).call().unwrap().body_mut().read_to_string().unwrap();
            alerts.contains("\"alertname\":\"Always\"").then_some(())
        });
        assert!(arrived.is_some());
    }
}

#[test]
fn a_query_that_cannot_be_read_is_refused_with_prometheus_own_words() {
    let program = tools().prometheus(Generation::Three).unwrap();
    let prometheus = Prometheus::start(&program, &options(ScrapeTargets::default())).unwrap();
    let error = prometheus.api().query("rate(up)").unwrap_err().to_string();
    assert!(error.starts_with("The query rate(up) failed: "), "{error}");
    assert!(error.contains("expected type range vector"), "{error}");
    assert_eq!(prometheus.api().parse_query("up > 1").unwrap()["op"], ">");
}

#[test]
fn rules_that_cannot_be_read_show_the_end_of_the_log() {
    let folder = tempfile::tempdir().unwrap();
    let rules = file(&folder, "rules.yaml", "groups: 7");
    let program = tools().prometheus(Generation::Three).unwrap();
    let options =
        PrometheusOptions { rule_files: vec![rules], ..options(ScrapeTargets::default()) };
    let error = Prometheus::start(&program, &options).unwrap_err().to_string();
    assert!(error.contains("Prometheus ended by itself"), "{error}");
    assert!(error.contains("rules.yaml"), "{error}");
}
