use std::time::SystemTime;

use registrar_local::{Generation, Prometheus, PrometheusApi, ScrapeTargets, poll_until};
use registrar_tests::wait;
use serde_json::json;

use crate::answered::problem;
use crate::empty::{RIGHTLY_EMPTY, is_rightly_empty};
use crate::found::Query;
use crate::stack::{Stack, options_for, root, tools};
use crate::{dashboards, rules, selectors};

#[tokio::test(flavor = "multi_thread")]
async fn every_query_of_dashboards_and_rules_has_an_answer_in_both_generations_of_prometheus() {
    let stack = Stack::start().await;
    let [two, three] = [0, 1].map(|one: usize| stack.prometheus[one].api());
    let mut queries = dashboards::in_folder(&root().join("infra/grafana/dashboards"));
    queries.extend(rules::queries(three));
    assert!(queries.len() > 50, "{queries:?}");
    for rightly in RIGHTLY_EMPTY {
        let is_used = queries.iter().any(|query| query.expression.contains(rightly.contains));
        assert!(is_used, "no query is {:?} ({})", rightly.contains, rightly.reason);
    }
    queries.retain(|query| !is_rightly_empty(&query.expression));
    let parts = queries.iter().flat_map(|query| selectors::queries(query, three).unwrap());
    let all: Vec<_> = queries.iter().cloned().chain(parts.collect::<Vec<_>>()).collect();
    stack.serves().await;
    for (prometheus, version) in [(two, "2.42"), (three, "3")] {
        let mut problems = Vec::new();
        let answered = poll_until(wait::TIMEOUT, || {
            problems = all.iter().filter_map(|one| problem(one, prometheus, stack.began)).collect();
            problems.is_empty().then_some(())
        });
        println!("Prometheus {version}: {} queries, {} problems", all.len(), problems.len());
        assert!(answered.is_some(), "Prometheus {version}:\n{}", problems.join("\n"));
    }
    // What the alerts ask for is there; so they would fire if it were as they fear.
    for prometheus in [two, three] {
        let firing = prometheus.query("ALERTS{alertstate=\"firing\"}").unwrap();
        assert!(firing.is_empty(), "{firing:?}");
        for rule in prometheus.rules().unwrap().iter().flat_map(|group| &group.rules) {
            assert_eq!(rule.health, "ok", "{}: {}", rule.name, rule.last_error);
        }
    }
}

fn problems(queries: &[Query], prometheus: &PrometheusApi, began: SystemTime) -> Vec<String> {
    queries.iter().filter_map(|query| problem(query, prometheus, began)).collect()
}

#[test]
fn a_query_of_what_does_not_exist_or_cannot_be_read_is_named_with_its_panel() {
    let program = tools().prometheus(Generation::Three).unwrap();
    let options = options_for(ScrapeTargets::default(), Vec::new());
    let began = SystemTime::now();
    let prometheus = Prometheus::start(&program, &options).unwrap();
    let panel = |title: &str, expression: &str| {
        let target = json!({ "datasource": { "uid": "prometheus" }, "expr": expression });
        json!({ "title": title, "targets": [target] })
    };
    let queries = dashboards::queries(&json!({ "uid": "own", "panels": [
        panel("good", "sum by (job) (up{job=\"prometheus\"})"),
        panel("of an unknown metric", "sum(upp)"),
        panel("of an unknown label", "up{job=\"promtheus\"}"),
        panel("with a typing error", "sum by (job) (up"),
        panel("with an unknown variable", "rate(up[$__rat_interval])"),
        panel("of no number", "0 / (up - up)"),
    ]}));
    let good = poll_until(wait::TIMEOUT, || {
        problems(&queries[..1], prometheus.api(), began).is_empty().then_some(())
    });
    assert!(good.is_some());
    let found = problems(&queries, prometheus.api(), began).join("\n");
    let mut lines = found.lines();
    for (title, what) in [
        ("of an unknown metric", "the answer is empty: sum(upp)"),
        ("of an unknown label", "the answer is empty: up{"),
        ("with a typing error", "unclosed left parenthesis"),
        ("with an unknown variable", "a variable is not known: rate"),
        ("of no number", "the answer is empty: 0 / "),
    ] {
        let line = lines.next().unwrap();
        assert!(line.starts_with(&format!("dashboard own, panel \"{title}\": ")), "{line}");
        assert!(line.contains(what), "{line}");
    }
    assert_eq!(lines.next(), None);
}

#[test]
fn a_part_that_asks_for_what_does_not_exist_is_found_beside_one_that_has_an_answer() {
    let program = tools().prometheus(Generation::Three).unwrap();
    let options = options_for(ScrapeTargets::default(), Vec::new());
    let prometheus = Prometheus::start(&program, &options).unwrap();
    let whole = Query {
        place: "rule one".to_owned(),
        expression: "vector(1) or sum(upp{a!=\"b\"})".to_owned(),
        kind: crate::found::Kind::Instant,
    };
    let began = SystemTime::now();
    assert_eq!(problem(&whole, prometheus.api(), began), None);
    let parts = selectors::queries(&whole, prometheus.api()).unwrap();
    let problem = problem(&parts[0], prometheus.api(), began).unwrap();
    assert!(problem.contains("{a!=\"b\",__name__=\"upp\"}"), "{problem}");
    assert_eq!(parts.len(), 1);
}
