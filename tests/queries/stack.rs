//! A whole installation with traffic, and a Prometheus of each generation that scrapes it.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use registrar_domain::{ImportKey, Importer};
use registrar_local::{
    Generation, MariaDb, MysqldExporter, Prometheus, PrometheusOptions, RabbitMq, ScrapeTargets,
    ServerOptions, ServerPair, UnpackedTools,
};
use registrar_storage::{ImportKeys, Pool};
use registrar_tests::api::Api;
use registrar_tests::collector::Collector;
use registrar_tests::load::Load;
use registrar_tests::servers::Servers;
use registrar_tests::worker::Worker;
use reqwest::{Client, StatusCode};
use tempfile::TempDir;
use tokio_util::task::AbortOnDropHandle;

/// Between two scrapes. Short, so that there is a rate soon.
pub(crate) const INTERVAL: Duration = Duration::from_secs(2);

const DATABASE: &str = "registrar";
const CLIENTS: usize = 2;
/// Within the window of every rate, and below the limit of a key.
const UPLOAD_EVERY: Duration = Duration::from_secs(3);

/// Everything runs until this value is dropped.
pub(crate) struct Stack {
    _uploads: AbortOnDropHandle<()>,
    pub(crate) prometheus: Vec<Prometheus>,
    pub(crate) began: SystemTime,
    api: Api,
    load: Load,
    _worker: Worker,
    _exporter: MysqldExporter,
    _servers: ServerPair,
    _collector: Collector,
    _rules: TempDir,
}

impl Stack {
    pub(crate) async fn start() -> Self {
        let options = ServerOptions::temporary();
        let servers = ServerPair::start(&options, &options).unwrap();
        let ServerPair { database, broker } = &servers;
        let exporter = tools().mysqld_exporter().unwrap();
        let exporter = MysqldExporter::start(&exporter, &options, database).unwrap();
        // Exemplars are of sampled traces, and nothing is sampled without a collector.
        let collector = Collector::start().await;
        let (api, worker, import_key) = programs(database, broker, &collector.endpoint()).await;
        let targets = ScrapeTargets {
            api: vec![port(&api.admin_url)],
            worker: vec![port(&worker.admin_url)],
            rabbitmq: vec![broker.metrics_port()],
            mysql: vec![exporter.port()],
        };
        let rules = tempfile::tempdir().unwrap();
        let began = SystemTime::now();
        let options = options_for(targets, vec![often_evaluated(&rules)]);
        let prometheus = [Generation::Two, Generation::Three].map(|generation| {
            Prometheus::start(&tools().prometheus(generation).unwrap(), &options).unwrap()
        });
        Self {
            prometheus: prometheus.into(),
            began,
            load: Load::start_mixed(&api.url, CLIENTS),
            _uploads: AbortOnDropHandle::new(tokio::spawn(upload_again_and_again(
                api.client.clone(),
                format!("{}/imports", api.url),
                import_key,
            ))),
            api,
            _worker: worker,
            _exporter: exporter,
            _servers: servers,
            _collector: collector,
            _rules: rules,
        }
    }

    /// Goes on for some more registrations, of which some are rejected, and sends one that is invalid.
    pub(crate) async fn serves(&self) {
        self.load.accepts(20).await;
        let invalid = self.api.client.post(format!("{}/register", self.api.url)).body("{}");
        let invalid = invalid.header("content-type", "application/json").send().await.unwrap();
        assert_eq!(invalid.status(), StatusCode::UNPROCESSABLE_ENTITY);
    }
}

/// A rate is only there while its counter grows, so that one upload is not enough.
async fn upload_again_and_again(client: Client, url: String, key: String) {
    let file = "first_name,last_name,email\nAda,King,king@example.com\nAda,King,\n";
    let mut turns = tokio::time::interval(UPLOAD_EVERY);
    loop {
        turns.tick().await;
        let accepted = client.post(&url).bearer_auth(&key).body(file).send().await.unwrap();
        assert_eq!(accepted.status(), StatusCode::ACCEPTED);
    }
}

pub(crate) fn tools() -> UnpackedTools {
    UnpackedTools::at(root().join(".local/tools"))
}

/// A file or folder of the repository.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

pub(crate) fn options_for(targets: ScrapeTargets, rule_files: Vec<PathBuf>) -> PrometheusOptions {
    PrometheusOptions {
        server: ServerOptions::temporary(),
        interval: INTERVAL,
        targets,
        rule_files,
        alertmanager: None,
        flags: Vec::new(),
    }
}

async fn programs(database: &MariaDb, broker: &RabbitMq, collector: &str) -> (Api, Worker, String) {
    database.admin().create_database(DATABASE).unwrap();
    let addresses = Servers {
        database_url: database.admin().database_url(DATABASE),
        amqp_url: broker.management().url(),
    };
    let addresses = addresses.migrated().await;
    let exporting = [("OTEL_EXPORTER_OTLP_ENDPOINT", collector)];
    let worker = Worker::start_with(&addresses, &exporting).await;
    let key = ImportKey::generate().unwrap();
    let importer = Importer::parse("north-school").unwrap();
    let keys = ImportKeys::new(Pool::new(&addresses.database_settings()));
    keys.create(&importer, &key.hash(), None, "a test").await.unwrap();
    (Api::start_with(&addresses, &exporting).await, worker, key.expose().to_owned())
}

fn port(url: &str) -> u16 {
    url.rsplit(':').next().unwrap().parse().unwrap()
}

/// The rules, evaluated as often as there is something new: in an installation that is minutes apart.
fn often_evaluated(folder: &TempDir) -> PathBuf {
    let rules = fs::read_to_string(root().join("infra/prometheus/registrar.rules.yaml")).unwrap();
    let rules: String = rules
        .lines()
        .filter(|line| !line.trim_start().starts_with("interval: "))
        .flat_map(|line| [line, "\n"])
        .collect();
    let path = folder.path().join("registrar.rules.yaml");
    fs::write(&path, rules).unwrap();
    path
}
