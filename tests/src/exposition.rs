//! What `/metrics` says, in Prometheus' text format 0.0.4.

use std::collections::BTreeMap;

/// The sum of the samples of whole numbers whose names and labels begin like this.
pub fn counted(text: &str, name: &str) -> usize {
    let samples = text.lines().filter(|line| line.starts_with(name));
    samples.map(|line| line.rsplit(' ').next().unwrap().parse::<usize>().unwrap()).sum()
}

/// The samples of one scrape.
#[derive(Debug)]
pub struct Exposition {
    samples: BTreeMap<String, f64>,
    types: BTreeMap<String, String>,
}

impl Exposition {
    /// Reads the text.
    pub fn parse(text: &str) -> Self {
        let types = text.lines().filter_map(|line| line.strip_prefix("# TYPE "));
        let types = types.map(|line| line.split_once(' ').unwrap());
        let samples = text.lines().filter(|line| !line.starts_with('#'));
        let samples = samples.map(|line| line.rsplit_once(' ').unwrap());
        Self {
            types: types.map(|(name, kind)| (name.to_owned(), kind.to_owned())).collect(),
            samples: samples
                .map(|(series, value)| (series.to_owned(), value.parse().unwrap()))
                .collect(),
        }
    }

    /// The value of a series, written as in the text with its labels in alphabetical order.
    pub fn value(&self, series: &str) -> Option<f64> {
        self.samples.get(series).copied()
    }

    /// How often a histogram observed something, over all its series that have these labels.
    pub fn count(&self, histogram: &str, labels: &[&str]) -> f64 {
        let name = format!("{histogram}_count");
        let counts = self.samples.iter().filter(|(series, _)| {
            series.split('{').next() == Some(&name)
                && labels.iter().all(|label| series.contains(label))
        });
        counts.map(|(_, value)| value).sum()
    }

    /// `counter`, `gauge` or `histogram`, by the metric's name.
    pub fn types(&self) -> &BTreeMap<String, String> {
        &self.types
    }

    /// All series with their values.
    pub fn samples(&self) -> &BTreeMap<String, f64> {
        &self.samples
    }
}

/// What a scraper that asks for `OpenMetrics` is answered at this address.
pub async fn open_metrics(admin_url: &str) -> String {
    let request = reqwest::Client::new().get(format!("{admin_url}/metrics"));
    let accept = "application/openmetrics-text; version=1.0.0";
    let answer = request.header("accept", accept).send().await.unwrap();
    let content_type = answer.headers()["content-type"].to_str().unwrap();
    assert!(content_type.starts_with(accept), "{content_type}");
    answer.text().await.unwrap()
}

/// The traces that exemplars name, of the buckets of a histogram's series with these labels.
pub fn exemplars(open_metrics: &str, histogram: &str, labels: &[&str]) -> Vec<String> {
    let bucket = format!("{histogram}_bucket{{");
    let buckets = open_metrics.lines().filter(|line| line.starts_with(&bucket));
    let buckets = buckets.filter(|line| labels.iter().all(|label| line.contains(label)));
    let exemplars = buckets.filter_map(|line| line.split_once(" # {trace_id=\""));
    exemplars.map(|(_, exemplar)| exemplar.split('"').next().unwrap().to_owned()).collect()
}
