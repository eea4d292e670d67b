//! Whether a query has an answer.

use std::time::SystemTime;

use registrar_local::{PrometheusApi, Series};

use crate::found::{Kind, Query};
use crate::stack::INTERVAL;

/// What is wrong with the answer, in a sentence that names the place of the query.
pub(crate) fn problem(
    query: &Query,
    prometheus: &PrometheusApi,
    began: SystemTime,
) -> Option<String> {
    let Query { place, expression, kind } = query;
    let wrong = |what: &str| Some(format!("{place}: {what}: {expression}"));
    if expression.is_empty() {
        return wrong("there is no query");
    }
    if let Some((_, variable)) = expression.split_once('$') {
        // In a label's replacement, $1 is a group.
        if !variable.starts_with(|first: char| first.is_ascii_digit()) {
            return wrong("a variable is not known");
        }
    }
    let now = SystemTime::now();
    let answer = match kind {
        Kind::Instant => prometheus.query(expression).map(|series| has_numbers(&series)),
        Kind::Range => prometheus
            .query_range(expression, began, now, INTERVAL)
            .map(|series| has_numbers(&series)),
        Kind::Exemplars => prometheus.query_exemplars(expression, began, now).map(|series| {
            series
                .iter()
                .any(|one| one.exemplars.iter().any(|it| it.labels.contains_key("trace_id")))
        }),
    };
    match answer {
        Err(error) => wrong(&error.to_string()),
        Ok(false) if *kind == Kind::Exemplars => wrong("there are no exemplars with a trace_id"),
        Ok(false) => wrong("the answer is empty"),
        Ok(true) => None,
    }
}

/// A graph of what is no number is as empty as one without series.
fn has_numbers(series: &[Series]) -> bool {
    series.iter().any(|one| one.points.iter().any(|(_, value)| !value.is_nan()))
}
