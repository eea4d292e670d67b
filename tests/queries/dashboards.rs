//! The queries of dashboards.

use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::found::{Kind, Query};
use crate::variables::filled;

/// Of every dashboard in a folder.
pub(crate) fn in_folder(folder: &Path) -> Vec<Query> {
    let files = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let dashboards = files.filter(|path| path.extension().is_some_and(|end| end == "json"));
    dashboards
        .flat_map(|path| {
            queries(&serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap())
        })
        .collect()
}

/// Of one dashboard, with the values of its variables that it opens with.
pub(crate) fn queries(dashboard: &Value) -> Vec<Query> {
    let uid = dashboard["uid"].as_str().unwrap();
    let mut queries = Vec::new();
    for panel in panels(&dashboard["panels"]) {
        let place = format!("dashboard {uid}, panel {}", panel["title"]);
        for target in list(&panel["targets"]).iter().filter(|target| is_for_prometheus(target)) {
            add(&mut queries, &place, target, dashboard);
        }
    }
    for annotation in list(&dashboard["annotations"]["list"]) {
        if is_for_prometheus(annotation) {
            let place = format!("dashboard {uid}, annotation {}", annotation["name"]);
            add(&mut queries, &place, &annotation["target"], dashboard);
        }
    }
    queries
}

fn add(queries: &mut Vec<Query>, place: &str, target: &Value, dashboard: &Value) {
    let text = target["expr"].as_str().unwrap_or_default();
    let expression = filled(text, list(&dashboard["templating"]["list"]));
    let mut add = |kind| {
        queries.push(Query { place: place.to_owned(), expression: expression.clone(), kind });
    };
    add(if target["instant"] == true { Kind::Instant } else { Kind::Range });
    if target["exemplar"] == true {
        add(Kind::Exemplars);
    }
}

/// Those of a folded row are inside it.
fn panels<'a>(panels: &'a Value) -> Vec<&'a Value> {
    let with_inner = |panel: &'a Value| std::iter::once(panel).chain(list(&panel["panels"]));
    list(panels).iter().flat_map(with_inner).collect()
}

fn is_for_prometheus(item: &Value) -> bool {
    item["datasource"]["uid"] == "prometheus"
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}
