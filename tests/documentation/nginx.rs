use std::collections::BTreeSet;
use std::fs;

use registrar_api::router::document;
use serde_json::Value;

use crate::at_root;

/// The document has these elsewhere than among the parameters (OpenAPI 3.1, 4.8.12.2).
const OF_EVERY_REQUEST: [&str; 2] = ["accept", "content-type"];

#[test]
fn every_header_that_the_api_describes_is_passed_on_by_nginx() {
    let document = serde_json::to_value(document()).unwrap();
    let described = headers(&document);
    assert!(described.contains("idempotency-key"), "{described:?}");
    let nginx = fs::read_to_string(at_root("infra/nginx/registrar.conf")).unwrap();
    let settings = nginx.lines().filter_map(|line| line.trim().strip_prefix("proxy_set_header "));
    let passed_on: BTreeSet<_> =
        settings.filter_map(|setting| setting.split(' ').next()).map(str::to_lowercase).collect();
    let kept: Vec<_> = described.difference(&passed_on).collect();
    assert_eq!(kept, Vec::<&String>::new());
}

/// Of every operation.
fn headers(document: &Value) -> BTreeSet<String> {
    let paths = document["paths"].as_object().unwrap().values();
    let operations = paths.flat_map(|path| path.as_object().unwrap().values());
    let parameters =
        operations.filter_map(|operation| operation["parameters"].as_array()).flatten();
    let headers = parameters.filter(|parameter| parameter["in"] == "header");
    let names = headers.filter_map(|header| header["name"].as_str()).chain(OF_EVERY_REQUEST);
    names.map(str::to_lowercase).collect()
}
