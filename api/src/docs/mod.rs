//! The documentation, made from the code at the start.

mod html;
mod openapi;
mod page;

use axum::body::Bytes;
use openapi::Description;
use serde_json::Value;
use utoipa::OpenApi as _;

/// The style sheet of the page: a file of its own, so that the page needs nothing inline.
pub const STYLE: &str = include_str!("style.css");

/// The documentation in both forms, as bytes to be sent.
#[derive(Clone, Debug)]
pub struct Documents {
    /// For programs.
    pub openapi: Bytes,
    /// For people.
    pub page: Bytes,
}

impl Documents {
    /// Renders both.
    pub fn render() -> serde_json::Result<Self> {
        let document: Value = serde_json::to_value(Description::openapi())?;
        Ok(Self {
            openapi: serde_json::to_vec(&document)?.into(),
            page: page::render(&document).into(),
        })
    }
}

#[cfg(test)]
pub(crate) fn described_operations() -> Vec<(String, String)> {
    let document = serde_json::to_value(Description::openapi()).unwrap();
    let paths = document["paths"].as_object().unwrap().clone();
    let operations = paths.into_iter().flat_map(|(path, item)| {
        let methods: Vec<_> = item.as_object().unwrap().keys().cloned().collect();
        methods.into_iter().map(move |method| (method, path.clone()))
    });
    operations.collect()
}
