use registrar_api::problem::ProblemKind;
use registrar_api::submission::MediaType;
use reqwest::header::{CONTENT_TYPE, HeaderMap, HeaderValue};

use super::corpus::holds_for;

#[test]
fn any_content_type_is_json_a_form_or_unsupported() {
    holds_for("content_type", |bytes| {
        let Ok(value) = HeaderValue::from_bytes(bytes) else { return };
        let said = String::from_utf8_lossy(bytes).to_ascii_lowercase();
        match MediaType::of(&HeaderMap::from_iter([(CONTENT_TYPE, value)])) {
            Ok(MediaType::Json) => assert!(said.contains("json"), "{said}"),
            Ok(MediaType::Form) => assert!(said.contains("x-www-form-urlencoded"), "{said}"),
            Err(problem) => assert_eq!(problem.kind(), ProblemKind::UnsupportedMediaType),
        }
    });
}
