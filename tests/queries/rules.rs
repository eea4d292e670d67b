//! The queries of recording rules and alerts, as a Prometheus has read them.

use registrar_local::PrometheusApi;

use crate::found::{Kind, Query};
use crate::without_thresholds::without_thresholds;

/// Each rule's, and the series that each recording rule makes.
pub(crate) fn queries(prometheus: &PrometheusApi) -> Vec<Query> {
    let groups = prometheus.rules().unwrap();
    let rules = groups.iter().flat_map(|group| group.rules.iter().map(move |rule| (group, rule)));
    let queries = rules.flat_map(|(group, rule)| {
        let place = format!("rule {} of the group {}", rule.name, group.name);
        let query = |expression: &str| {
            let expression = expression.to_owned();
            Query { place: place.clone(), expression, kind: Kind::Instant }
        };
        if rule.kind == "recording" {
            vec![query(&rule.query), query(&rule.name)]
        } else {
            vec![query(&without_thresholds(&rule.query))]
        }
    });
    queries.collect()
}
