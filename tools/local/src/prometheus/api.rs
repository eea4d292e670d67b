//! Prometheus' HTTP API.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use ureq::http::Response;
use ureq::{Agent, Body};

use super::answers::{Alert, ExemplarSeries, Labels, QueryResult, RuleGroup, Series, Target};
use crate::StackError;

/// Longer than Prometheus gives a query, which is two minutes.
const TIMEOUT: Duration = Duration::from_secs(130);

#[derive(Debug, Clone)]
pub struct PrometheusApi {
    agent: Agent,
    url: String,
}

#[derive(Deserialize)]
struct Answer {
    #[serde(default)]
    data: Value,
    error: Option<String>,
}

impl PrometheusApi {
    pub(super) fn local(port: u16) -> Self {
        let agent = Agent::config_builder()
            .timeout_global(Some(TIMEOUT))
            .http_status_as_error(false)
            .proxy(None)
            .build()
            .new_agent();
        Self { agent, url: format!("http://127.0.0.1:{port}") }
    }

    pub fn url(&self) -> &str {
        &self.url
    }

    pub fn query(&self, expression: &str) -> Result<Vec<Series>, StackError> {
        let result: QueryResult = self.post("query", expression, &[("query", expression)])?;
        Ok(result.into_series())
    }

    /// The values of an expression from one point in time to another.
    pub fn query_range(
        &self,
        expression: &str,
        from: SystemTime,
        to: SystemTime,
        step: Duration,
    ) -> Result<Vec<Series>, StackError> {
        let (start, end) = (seconds(from), seconds(to));
        let step = step.as_secs_f64().to_string();
        let parameters = [("query", expression), ("start", &start), ("end", &end), ("step", &step)];
        let result: QueryResult = self.post("query_range", expression, &parameters)?;
        Ok(result.into_series())
    }

    pub fn query_exemplars(
        &self,
        expression: &str,
        from: SystemTime,
        to: SystemTime,
    ) -> Result<Vec<ExemplarSeries>, StackError> {
        let (start, end) = (seconds(from), seconds(to));
        let parameters = [("query", expression), ("start", &start), ("end", &end)];
        self.post("query_exemplars", expression, &parameters)
    }

    pub fn series(&self, selector: &str) -> Result<Vec<Labels>, StackError> {
        self.post("series", selector, &[("match[]", selector)])
    }

    /// The syntax tree of an expression. Prometheus 3 knows it, 2 does not.
    pub fn parse_query(&self, expression: &str) -> Result<Value, StackError> {
        self.post("parse_query", expression, &[("query", expression)])
    }

    pub fn rules(&self) -> Result<Vec<RuleGroup>, StackError> {
        #[derive(Deserialize)]
        struct Rules {
            groups: Vec<RuleGroup>,
        }
        self.get("rules").map(|rules: Rules| rules.groups)
    }

    pub fn alerts(&self) -> Result<Vec<Alert>, StackError> {
        #[derive(Deserialize)]
        struct Alerts {
            alerts: Vec<Alert>,
        }
        self.get("alerts").map(|alerts: Alerts| alerts.alerts)
    }

    pub fn targets(&self) -> Result<Vec<Target>, StackError> {
        #[derive(Deserialize)]
        struct Targets {
            #[serde(rename = "activeTargets")]
            active: Vec<Target>,
        }
        self.get("targets?state=active").map(|targets: Targets| targets.active)
    }

    pub fn version(&self) -> Result<String, StackError> {
        #[derive(Deserialize)]
        struct Build {
            version: String,
        }
        self.get("status/buildinfo").map(|build: Build| build.version)
    }

    fn get<T: DeserializeOwned>(&self, path: &str) -> Result<T, StackError> {
        let answer = self.agent.get(self.path(path)).call();
        read("Asking Prometheus", answer)
    }

    fn post<T: DeserializeOwned>(
        &self,
        path: &str,
        expression: &str,
        parameters: &[(&str, &str)],
    ) -> Result<T, StackError> {
        let answer = self.agent.post(self.path(path)).send_form(parameters.iter().copied());
        read(&format!("The query {expression}"), answer)
    }

    fn path(&self, path: &str) -> String {
        format!("{}/api/v1/{path}", self.url)
    }
}

fn read<T: DeserializeOwned>(
    what: &str,
    answer: Result<Response<Body>, ureq::Error>,
) -> Result<T, StackError> {
    let refused = |detail: String| StackError::Refused { what: what.to_owned(), detail };
    let mut response = answer.map_err(|error| refused(error.to_string()))?;
    let status = response.status();
    let answer: Answer = response
        .body_mut()
        .read_json()
        .map_err(|error| refused(format!("it was answered with {status}, and: {error}")))?;
    if let Some(error) = answer.error {
        return Err(refused(error));
    }
    serde_json::from_value(answer.data).map_err(|error| refused(error.to_string()))
}

fn seconds(time: SystemTime) -> String {
    time.duration_since(UNIX_EPOCH).map_or(0.0, |since| since.as_secs_f64()).to_string()
}
