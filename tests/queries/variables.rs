//! The variables in a query, as Grafana fills them in.

use std::time::Duration;

use serde_json::Value;

use crate::stack::INTERVAL;

/// With the values that the dashboard's own variables have when it is opened.
pub(crate) fn filled(expression: &str, variables: &[Value]) -> String {
    // The longest name first: $__range is also the beginning of $__range_s.
    let mut values = vec![
        ("__rate_interval".to_owned(), duration(rate_interval(INTERVAL))),
        ("__interval".to_owned(), duration(INTERVAL)),
        ("__range".to_owned(), "1h".to_owned()),
    ];
    values.extend(variables.iter().filter_map(|variable| {
        let value = variable["current"]["value"].as_str()?;
        Some((variable["name"].as_str()?.to_owned(), value.to_owned()))
    }));
    values.sort_by_key(|(name, _)| std::cmp::Reverse(name.len()));
    let fill = |text: String, (name, value): &(String, String)| {
        text.replace(&format!("${{{name}}}"), value).replace(&format!("${name}"), value)
    };
    values.iter().fold(expression.to_owned(), fill)
}

/// Grafana's rule, at a step of one scrape.
fn rate_interval(scrape_interval: Duration) -> Duration {
    (scrape_interval + scrape_interval).max(4 * scrape_interval)
}

fn duration(duration: Duration) -> String {
    format!("{}ms", duration.as_millis())
}

#[test]
fn variables_have_the_values_that_grafana_gives_them() {
    let lane = serde_json::json!({ "name": "lane", "current": { "value": "interactive|bulk" } });
    let text = "rate(a{lane=~\"$lane\"}[$__rate_interval]) + rate(b[${__range}])";
    let expected = "rate(a{lane=~\"interactive|bulk\"}[8000ms]) + rate(b[1h])";
    assert_eq!(filled(text, &[lane]), expected);
}
