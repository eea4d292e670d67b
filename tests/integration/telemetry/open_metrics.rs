//! `OpenMetrics`, read by a parser of another project.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use registrar_tests::exposition::{Exposition, open_metrics};
use registrar_tests::student::Student;
use tokio::task::spawn_blocking;

use super::Observed;

/// Reads everything, and prints how many samples there are and how many have an exemplar.
const READ_STRICTLY: &str = "
import sys
from prometheus_client.openmetrics.parser import text_string_to_metric_families
families = list(text_string_to_metric_families(sys.stdin.read()))
samples = [sample for family in families for sample in family.samples]
print(len(samples), sum(sample.exemplar is not None for sample in samples))
";

/// The Python that has the parser, which is installed when it is missing.
fn python() -> PathBuf {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let got = Command::new(root.join("scripts/tools")).arg("open-metrics").status().unwrap();
    assert!(got.success(), "scripts/tools open-metrics says what is missing");
    root.join(".local/tools/python/bin/python")
}

fn read(text: &str) -> (usize, usize) {
    let mut command = Command::new(python());
    command.args(["-c", READ_STRICTLY]).stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut reading = command.spawn().unwrap();
    reading.stdin.take().unwrap().write_all(text.as_bytes()).unwrap();
    let read = reading.wait_with_output().unwrap();
    assert!(read.status.success(), "it does not read:\n{text}");
    let counts = String::from_utf8(read.stdout).unwrap();
    let (samples, exemplars) = counts.trim().split_once(' ').unwrap();
    (samples.parse().unwrap(), exemplars.parse().unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_strict_reader_of_openmetrics_reads_every_sample_and_exemplar() {
    let observed = Observed::new().await;
    let (api, worker) = (observed.api().await, observed.worker().await);
    observed.journey(&api.accepted(&Student::unique()).await, 1).await;
    for (url, in_text) in
        [(&api.admin_url, api.metrics().await), (&worker.admin_url, worker.metrics().await)]
    {
        let text = open_metrics(url).await;
        let named = text.matches(" # {trace_id=").count();
        assert!(named > 0, "{text}");
        let samples = Exposition::parse(&in_text).samples().len();
        assert_eq!(spawn_blocking(move || read(&text)).await.unwrap(), (samples, named));
    }
}
