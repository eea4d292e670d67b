//! What Prometheus' HTTP API answers with.

use std::collections::BTreeMap;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer};

pub type Labels = BTreeMap<String, String>;

/// A series of a query's result, with one point or, of a range, several.
#[derive(Debug, Clone, PartialEq)]
pub struct Series {
    /// Empty when the query has aggregated them away.
    pub labels: Labels,
    /// Unix time in seconds, and the value: perhaps NaN or infinite.
    pub points: Vec<(f64, f64)>,
}

/// A series of a histogram or counter with the exemplars that are kept of it.
#[derive(Debug, Clone, Deserialize)]
pub struct ExemplarSeries {
    #[serde(rename = "seriesLabels")]
    pub labels: Labels,
    pub exemplars: Vec<Exemplar>,
}

#[derive(Debug, Clone, Deserialize)]
pub struct Exemplar {
    pub labels: Labels,
    #[serde(deserialize_with = "number_in_text")]
    pub value: f64,
    /// Unix time in seconds.
    pub timestamp: f64,
}

#[derive(Debug, Clone, Deserialize)]
pub struct RuleGroup {
    pub name: String,
    pub rules: Vec<Rule>,
}

#[derive(Debug, Clone, Deserialize)]
pub struct Rule {
    pub name: String,
    pub query: String,
    /// `recording` or `alerting`.
    #[serde(rename = "type")]
    pub kind: String,
    /// `ok`, `err`, or `unknown` before the first evaluation.
    pub health: String,
    #[serde(default, rename = "lastError")]
    pub last_error: String,
    /// Of an alert: `inactive`, `pending` or `firing`.
    #[serde(default)]
    pub state: String,
    #[serde(default)]
    pub labels: Labels,
}

#[derive(Debug, Clone, Deserialize)]
pub struct Alert {
    pub labels: Labels,
    /// `pending` or `firing`.
    pub state: String,
    #[serde(deserialize_with = "number_in_text")]
    pub value: f64,
}

#[derive(Debug, Clone, Deserialize)]
pub struct Target {
    pub labels: Labels,
    /// `up`, `down`, or `unknown` before the first scrape.
    pub health: String,
    #[serde(rename = "scrapeUrl")]
    pub url: String,
    #[serde(rename = "lastError")]
    pub last_error: String,
}

/// The result of a query, of any of the four types.
#[derive(Deserialize)]
#[serde(tag = "resultType", content = "result", rename_all = "lowercase")]
pub(super) enum QueryResult {
    Vector(Vec<InstantSeries>),
    Matrix(Vec<RangeSeries>),
    Scalar(Point),
    String(Point),
}

#[derive(Deserialize)]
pub(super) struct InstantSeries {
    metric: Labels,
    // Absent when the sample is a native histogram.
    value: Point,
}

#[derive(Deserialize)]
pub(super) struct RangeSeries {
    metric: Labels,
    values: Vec<Point>,
}

#[derive(Deserialize)]
pub(super) struct Point(f64, String);

impl Point {
    fn numbers(&self) -> (f64, f64) {
        // What is no number is a string constant, which has no value.
        (self.0, parse_number(&self.1).unwrap_or(f64::NAN))
    }
}

impl QueryResult {
    pub(super) fn into_series(self) -> Vec<Series> {
        match self {
            Self::Vector(vector) => vector
                .into_iter()
                .map(|one| Series { labels: one.metric, points: vec![one.value.numbers()] })
                .collect(),
            Self::Matrix(matrix) => matrix
                .into_iter()
                .map(|one| Series {
                    labels: one.metric,
                    points: one.values.iter().map(Point::numbers).collect(),
                })
                .collect(),
            Self::Scalar(point) | Self::String(point) => {
                vec![Series { labels: Labels::new(), points: vec![point.numbers()] }]
            }
        }
    }
}

fn parse_number(text: &str) -> Option<f64> {
    match text {
        "+Inf" => Some(f64::INFINITY),
        "-Inf" => Some(f64::NEG_INFINITY),
        _ => text.parse().ok(),
    }
}

fn number_in_text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<f64, D::Error> {
    let text = String::deserialize(deserializer)?;
    parse_number(&text).ok_or_else(|| D::Error::custom(format!("{text:?} is no number")))
}
