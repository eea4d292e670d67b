//! The series that an expression asks for, one selector at a time: with `or`, the whole has an answer
//! although a part asks for what does not exist.

use registrar_local::PrometheusApi;
use serde_json::Value;

use crate::found::{Kind, Query};

/// A query for each selector in `query`. The API is that of Prometheus 3, which knows syntax trees.
pub(crate) fn queries(query: &Query, prometheus: &PrometheusApi) -> Result<Vec<Query>, String> {
    let tree = prometheus.parse_query(&query.expression).map_err(|error| error.to_string())?;
    let mut selectors = Vec::new();
    collect(&tree, &mut selectors);
    let place = format!("{}, in {}", query.place, query.expression);
    let of_selector = |expression| Query { place: place.clone(), expression, kind: Kind::Instant };
    Ok(selectors.into_iter().map(of_selector).collect())
}

fn collect(node: &Value, selectors: &mut Vec<String>) {
    match node {
        Value::Object(fields) => {
            if fields.get("matchers").is_some() {
                selectors.push(selector(&node["matchers"]));
            }
            fields.values().for_each(|field| collect(field, selectors));
        }
        Value::Array(items) => items.iter().for_each(|item| collect(item, selectors)),
        _ => {}
    }
}

/// Without ranges and offsets.
fn selector(matchers: &Value) -> String {
    let matchers = matchers.as_array().unwrap().iter().map(|matcher| {
        let [name, operator] = ["name", "type"].map(|key| matcher[key].as_str().unwrap());
        // A string is escaped as in JSON.
        format!("{name}{operator}{}", matcher["value"])
    });
    format!("{{{}}}", matchers.collect::<Vec<_>>().join(","))
}

#[test]
fn each_selector_of_an_expression_is_found() {
    let matcher = |name, value| serde_json::json!({ "name": name, "type": "=", "value": value });
    let tree = serde_json::json!({
        "type": "binaryExpr", "op": "or",
        "lhs": { "type": "vectorSelector", "matchers": [matcher("__name__", "up")] },
        "rhs": { "type": "call", "args": [{ "matchers": [matcher("a", "\"")] }] },
    });
    let mut found = Vec::new();
    collect(&tree, &mut found);
    assert_eq!(found, [r#"{__name__="up"}"#, r#"{a="\""}"#]);
}
