use std::collections::BTreeSet;

use registrar_api::router::document;
use serde_json::Value;

use crate::documents::documents;

/// Every operation of the API, as `GET /limits`.
fn routes() -> BTreeSet<String> {
    let document = serde_json::to_value(document()).unwrap();
    let paths = document["paths"].as_object().unwrap().iter();
    let of_path = |(path, operations): (&String, &Value)| {
        let methods = operations.as_object().unwrap().keys();
        methods.map(|method| format!("{} {path}", method.to_uppercase())).collect::<Vec<_>>()
    };
    paths.flat_map(of_path).collect()
}

/// What documents have in backticks as a method with a path.
fn named() -> BTreeSet<String> {
    let mut named = BTreeSet::new();
    for (_, text) in documents() {
        let words = text.split('`').skip(1).step_by(2);
        let routes = words.filter_map(|word| word.split('?').next());
        let is_route = |word: &&str| word.starts_with("GET /") || word.starts_with("POST /");
        named.extend(routes.filter(is_route).map(str::to_owned));
    }
    named
}

#[test]
fn every_route_that_a_document_names_is_one_of_the_api() {
    let (routes, named) = (routes(), named());
    assert!(named.len() > 8, "{named:?}");
    assert_eq!(named.difference(&routes).collect::<Vec<_>>(), Vec::<&String>::new());
}

#[test]
fn every_route_of_the_api_is_in_a_document() {
    let (routes, named) = (routes(), named());
    assert_eq!(routes.difference(&named).collect::<Vec<_>>(), Vec::<&String>::new());
}
