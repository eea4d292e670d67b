use std::fmt::Write as _;

use minijinja::{Environment, Error, HtmlEscape, UndefinedBehavior, Value, context};
use utoipa::openapi::OpenApi;

use crate::problem::ProblemKind;

/// Its name has the ending that makes every value escaped.
const TEMPLATE: (&str, &str) = ("page.html", include_str!("page.html"));

/// The page for people: every operation and every kind of problem of the OpenAPI document.
pub(super) fn render(document: &OpenApi) -> Result<String, Error> {
    let mut environment = Environment::new();
    // Most members of an OpenAPI document may be absent.
    environment.set_undefined_behavior(UndefinedBehavior::Chainable);
    environment.add_filter("prose", |text: Option<&str>| prose(text.unwrap_or_default()));
    environment.add_template(TEMPLATE.0, TEMPLATE.1)?;
    let problems = ProblemKind::ALL.map(|kind| {
        context! {
            slug => kind.slug(),
            title => kind.title(),
            status => kind.status().as_u16(),
            uri => kind.type_uri(),
            advice => kind.advice(),
        }
    });
    let document = Value::from_serialize(document);
    environment.get_template(TEMPLATE.0)?.render(context! { document, problems })
}

/// Text with `code` in backticks, as the documentation of the code has it.
fn prose(text: &str) -> Value {
    let mut html = String::with_capacity(text.len());
    for (index, part) in text.split('`').enumerate() {
        let part = HtmlEscape(part);
        // Writing to a string cannot fail.
        _ = if index % 2 == 1 {
            write!(html, "<code>{part}</code>")
        } else {
            write!(html, "{part}")
        };
    }
    Value::from_safe_string(html)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page() -> String {
        render(&crate::router::document()).unwrap()
    }

    #[test]
    fn every_kind_of_problem_has_its_section() {
        let page = page();
        for kind in ProblemKind::ALL {
            assert!(page.contains(&format!("<section id=\"{}\">", kind.slug())), "{}", kind.slug());
        }
    }

    #[test]
    fn every_operation_and_every_linked_body_is_on_the_page() {
        let page = page();
        let document = crate::router::document();
        let paths: Vec<_> = document.paths.paths.keys().collect();
        assert!(paths.len() > 5);
        for path in paths {
            let escaped = HtmlEscape(path);
            assert!(page.contains(&format!("<code>{escaped}</code>")), "{path}");
        }
        let links = page.split("href=\"#").skip(1).map(|rest| rest.split('"').next().unwrap());
        for link in links {
            assert!(page.contains(&format!("id=\"{link}\"")), "{link}");
        }
    }

    #[test]
    fn what_needs_a_key_says_so_where_generated_clients_look() {
        let document = serde_json::to_value(crate::router::document()).unwrap();
        let scheme = &document["components"]["securitySchemes"]["import_key"];
        assert_eq!((&scheme["type"], &scheme["scheme"]), (&"http".into(), &"bearer".into()));
        let mut needing = 0;
        let paths = document["paths"].as_object().unwrap();
        for operation in paths.values().flat_map(|path| path.as_object().unwrap().values()) {
            let parameters = operation["parameters"].as_array();
            let names = parameters.into_iter().flatten().map(|parameter| &parameter["name"]);
            // OpenAPI ignores a parameter of this name.
            assert!(names.into_iter().all(|name| name != "Authorization"), "{operation}");
            if operation["responses"].get("401").is_some() {
                assert_eq!(operation["security"][0]["import_key"], serde_json::json!([]));
                needing += 1;
            }
        }
        assert_eq!(needing, 6);
        assert_eq!(page().matches("an operator creates").count(), needing);
    }

    #[test]
    fn the_page_loads_nothing_from_elsewhere_and_has_nothing_inline() {
        let page = page();
        let tags: Vec<_> =
            page.split('<').skip(1).map(|part| part.split('>').next().unwrap()).collect();
        for tag in tags {
            assert!(!tag.starts_with("script") && !tag.starts_with("style"), "{tag}");
            assert!(!tag.contains(" style=") && !tag.contains("//"), "{tag}");
            assert!(!tag.contains(" on"), "no event handlers: {tag}");
        }
    }

    #[test]
    fn text_is_never_markup() {
        let text = prose(" <b a=\"x\"> use `a<b`.");
        assert_eq!(text.as_str(), Some(" &lt;b a=&quot;x&quot;&gt; use <code>a&lt;b</code>."));
        assert!(text.is_safe());
    }
}
