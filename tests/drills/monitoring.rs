//! Prometheus and Alertmanager as in an installation, with windows shortened and a sink as receiver.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use registrar_local::{
    Alert, Alertmanager, Generation, Prometheus, PrometheusOptions, ScrapeTargets, ServerOptions,
};
use registrar_tests::wait;
use tempfile::TempDir;
use tokio::task::block_in_place;
use tokio::time::Instant;

use super::files;
use super::servers::tools;
use super::shortened::{EVALUATION_FACTOR, shortened};
use super::sink::{Sink, Status};

pub(crate) const RULES: &str = "infra/prometheus/registrar.rules.yaml";
const ROUTES: &str = "infra/alertmanager/alertmanager.yaml";

/// Between two scrapes.
const SCRAPE: Duration = Duration::from_secs(15 / EVALUATION_FACTOR);

/// How long a series is read without a new sample (five minutes, divided as the scrapes are), and how
/// often an alert that still fires is sent to Alertmanager, which is a minute.
const FLAGS: [&str; 2] = ["--query.lookback-delta=20s", "--rules.alert.resend-delay=1s"];

/// Ends with the drill.
#[derive(Debug)]
pub(crate) struct Monitoring {
    prometheus: Prometheus,
    _alertmanager: Alertmanager,
    sink: Sink,
    _folder: TempDir,
}

/// What an alert must have in its labels.
pub(crate) type Labels<'a> = &'a [(&'a str, &'a str)];

impl Monitoring {
    /// Starts to watch these, and waits until each answers, every rule has been evaluated and no alert is
    /// active: one is until the first scrape, for the lack of a target.
    pub(crate) async fn start(targets: ScrapeTargets) -> Self {
        let (folder, sink) = (tempfile::tempdir().unwrap(), Sink::start().await);
        let rules = write(&folder, "rules.yaml", &shortened(&files::text(RULES)));
        let routes = with_receiver(&shortened(&files::text(ROUTES)), sink.url());
        let routes = write(&folder, "alertmanager.yaml", &routes);
        let options = ServerOptions::temporary();
        let (prometheus, alertmanager) = block_in_place(|| {
            let program = tools().alertmanager().unwrap();
            let alertmanager = Alertmanager::start(&program, &options, &routes).unwrap();
            let options = PrometheusOptions {
                server: options,
                interval: SCRAPE,
                targets,
                rule_files: vec![rules],
                alertmanager: Some(alertmanager.port()),
                flags: FLAGS.map(ToOwned::to_owned).into(),
            };
            let program = tools().prometheus(Generation::Three).unwrap();
            (Prometheus::start(&program, &options).unwrap(), alertmanager)
        });
        let monitoring = Self { prometheus, _alertmanager: alertmanager, sink, _folder: folder };
        monitoring.works().await;
        monitoring
    }

    async fn works(&self) {
        let api = self.prometheus.api();
        wait::until("every target and rule works, and no alert is active", async || {
            block_in_place(|| {
                let targets = api.targets().unwrap();
                let rules = api.rules().unwrap().into_iter().flat_map(|group| group.rules);
                let are_up = targets.iter().all(|target| target.health == "up");
                let is_quiet = api.alerts().unwrap().is_empty();
                (are_up && is_quiet && rules.into_iter().all(|rule| rule.health == "ok"))
                    .then_some(())
            })
        })
        .await;
    }

    /// Whether Prometheus has the alert with these labels firing.
    pub(crate) fn fires(&self, alert: &str, labels: Labels<'_>) -> bool {
        self.alerts(alert, labels).iter().any(|one| one.state == "firing")
    }

    /// Whether Prometheus has the alert with these labels firing, or pending, which is about to fire.
    pub(crate) fn is_active(&self, alert: &str, labels: Labels<'_>) -> bool {
        !self.alerts(alert, labels).is_empty()
    }

    fn alerts(&self, alert: &str, labels: Labels<'_>) -> Vec<Alert> {
        let mut alerts = block_in_place(|| self.prometheus.api().alerts()).unwrap();
        alerts.retain(|one| is(alert, labels, &one.labels));
        alerts
    }

    /// Waits until a query has an answer.
    pub(crate) async fn answers(&self, query: &str) {
        wait::until(&format!("{query} has an answer"), async || {
            let series = block_in_place(|| self.prometheus.api().query(query)).unwrap();
            (!series.is_empty()).then_some(())
        })
        .await;
    }

    /// When the receiver first heard this of the alert with these labels, from `since` on.
    pub(crate) fn heard(
        &self,
        status: Status,
        alert: &str,
        labels: Labels<'_>,
        since: Instant,
    ) -> Option<Instant> {
        let mut notices = self.sink.notices();
        notices.retain(|one| one.status == status && one.received >= since);
        let first = notices.iter().find(|notice| is(alert, labels, &notice.labels));
        first.map(|notice| notice.received)
    }
}

fn is(alert: &str, labels: Labels<'_>, found: &BTreeMap<String, String>) -> bool {
    let name = [("alertname", alert)];
    let mut expected = name.iter().chain(labels);
    expected.all(|(name, value)| found.get(*name).is_some_and(|found| found == value))
}

fn write(folder: &TempDir, name: &str, text: &str) -> PathBuf {
    let path = Path::join(folder.path(), name);
    fs::write(&path, text).unwrap();
    path
}

/// The routes with every receiver at this address.
fn with_receiver(routes: &str, url: &str) -> String {
    let swapped = |line: &str| match line.split_once("url: ") {
        Some((before, _)) if before.trim_matches([' ', '-']).is_empty() => {
            format!("{before}url: {url}\n")
        }
        _ => format!("{line}\n"),
    };
    let text: String = routes.lines().map(swapped).collect();
    assert!(text.contains(url), "{ROUTES} has a receiver with a line `url: ...`");
    text
}
