//! Panels of dashboards that are empty while all is well, so that only a drill can show that their queries
//! find something.

use serde_json::Value;

use super::files::text;

/// What Grafana takes for it at the least: four scrapes.
const RATE_INTERVAL: &str = "4s";

/// A query of a panel, as Grafana sends it.
pub(crate) fn query(dashboard: &str, title: &str, ref_id: &str) -> String {
    let file = format!("infra/grafana/dashboards/{dashboard}.json");
    let json: Value = serde_json::from_str(&text(&file)).unwrap();
    let panels = json["panels"].as_array().unwrap();
    let panel = panels.iter().find(|panel| panel["title"] == title);
    let panel = panel.unwrap_or_else(|| panic!("{file} has a panel {title:?}"));
    let targets = panel["targets"].as_array().unwrap();
    let target = targets.iter().find(|target| target["refId"] == ref_id).unwrap();
    target["expr"].as_str().unwrap().replace("$__rate_interval", RATE_INTERVAL)
}
