use serde_json::Value;

use super::html::Html;
use crate::problem::ProblemKind;

/// The page for people: every operation and every kind of problem of the OpenAPI document.
pub(super) fn render(document: &Value) -> String {
    let mut html = Html::default();
    let info = &document["info"];
    html.markup(
        "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
         <link rel=\"stylesheet\" href=\"/docs/style.css\"><title>",
    );
    html.text(text(&info["title"])).markup(" API</title></head><body><main><h1>");
    html.text(text(&info["title"])).markup(" API <small>");
    html.text(text(&info["version"])).markup("</small></h1><p>");
    html.prose(text(&info["description"]));
    html.markup("</p><p>For programs: <a href=\"/openapi.json\">the OpenAPI document</a>.</p>");
    for tag in array(&document["tags"]) {
        html.markup("<h2>").text(text(&tag["description"])).markup("</h2>");
        for (path, method, operation) in operations(document, text(&tag["name"])) {
            render_operation(&mut html, path, method, operation);
        }
    }
    render_schemas(&mut html, document);
    render_problems(&mut html);
    html.markup("</main></body></html>\n");
    html.finish()
}

fn operations<'a>(
    document: &'a Value,
    tag: &'a str,
) -> impl Iterator<Item = (&'a str, &'a str, &'a Value)> {
    let paths = members(&document["paths"]);
    let all = paths.flat_map(|(path, item)| {
        members(item).map(move |(method, operation)| (path, method, operation))
    });
    all.filter(move |(_, _, operation)| array(&operation["tags"]).any(|t| text(t) == tag))
}

fn render_operation(html: &mut Html, path: &str, method: &str, operation: &Value) {
    html.markup("<section class=\"operation\"><h3><span class=\"method\">");
    html.text(&method.to_uppercase()).markup("</span> <code>").text(path).markup("</code></h3><p>");
    html.prose(text(&operation["summary"])).markup("</p>");
    if let Some(description) = operation["description"].as_str() {
        html.markup("<p>").prose(description).markup("</p>");
    }
    if array(&operation["parameters"]).next().is_some() {
        html.markup("<h4>Parameters</h4><dl>");
        for parameter in array(&operation["parameters"]) {
            html.markup("<dt><code>").text(text(&parameter["name"])).markup("</code> (");
            html.text(text(&parameter["in"])).markup(")</dt><dd>");
            html.prose(text(&parameter["description"])).markup("</dd>");
        }
        html.markup("</dl>");
    }
    render_body(html, &operation["requestBody"]["content"]);
    html.markup("<h4>Answers</h4><dl>");
    for (status, response) in members(&operation["responses"]) {
        html.markup("<dt>").text(status).markup("</dt><dd>");
        html.prose(text(&response["description"]));
        for (media_type, content) in members(&response["content"]) {
            html.markup(" <code>").text(media_type).markup("</code>");
            render_link(html, &content["schema"]);
        }
        for (header, of) in members(&response["headers"]) {
            html.markup("<br><code>").text(header).markup("</code>: ");
            html.prose(text(&of["description"]));
        }
        html.markup("</dd>");
    }
    html.markup("</dl></section>");
}

fn render_body(html: &mut Html, content: &Value) {
    for (index, (media_type, of)) in members(content).enumerate() {
        html.markup(if index == 0 { "<h4>Body</h4><p><code>" } else { "<p><code>" });
        html.text(media_type).markup("</code>");
        render_link(html, &of["schema"]);
        html.markup("</p>");
    }
}

/// A link to the schema, when it has a name.
fn render_link(html: &mut Html, schema: &Value) {
    let Some(name) = text(&schema["$ref"]).strip_prefix("#/components/schemas/") else { return };
    html.markup(" <a href=\"#schema-").text(name).markup("\">").text(name).markup("</a>");
}

fn render_schemas(html: &mut Html, document: &Value) {
    html.markup("<h2>Bodies</h2>");
    for (name, schema) in members(&document["components"]["schemas"]) {
        html.markup("<section id=\"schema-").text(name).markup("\"><h3>").text(name);
        html.markup("</h3><p>").prose(text(&schema["description"])).markup("</p>");
        if let Some(words) = schema["enum"].as_array() {
            html.markup("<p>One of");
            for word in words {
                html.markup(" <code>").text(text(word)).markup("</code>");
            }
            html.markup("</p>");
        }
        // What is composed of several schemas has the members of each.
        let parts = array(&schema["allOf"]).chain([schema]);
        html.markup("<dl>");
        for part in parts {
            if part.get("$ref").is_some() {
                html.markup("<dt>everything of</dt><dd>");
                render_link(html, part);
                html.markup("</dd>");
            }
            for (member, of) in members(&part["properties"]) {
                html.markup("<dt><code>").text(member).markup("</code></dt><dd>");
                html.prose(text(&of["description"]));
                render_link(html, of);
                html.markup("</dd>");
            }
        }
        html.markup("</dl></section>");
    }
}

fn render_problems(html: &mut Html) {
    html.markup(
        "<h2>Problems</h2><p>Every error is a problem document (RFC 9457). Its <code>type</code> \
         is one of these, stable for programs.</p>",
    );
    for kind in ProblemKind::ALL {
        html.markup("<section id=\"").text(kind.slug()).markup("\"><h3>");
        html.text(kind.title()).markup(" <small>").number(kind.status().as_u16());
        html.markup("</small></h3><p><code>").text(&kind.type_uri()).markup("</code></p><p>");
        html.prose(kind.advice()).markup("</p></section>");
    }
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

fn array(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

fn members(value: &Value) -> impl Iterator<Item = (&str, &Value)> {
    value.as_object().into_iter().flatten().map(|(name, value)| (name.as_str(), value))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::docs::Documents;

    fn page() -> String {
        String::from_utf8(Documents::render().unwrap().page.to_vec()).unwrap()
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
        for (_, path) in super::super::described_operations() {
            assert!(page.contains(&format!("<code>{path}</code>")), "{path}");
        }
        let links = page.split("href=\"#").skip(1).map(|rest| rest.split('"').next().unwrap());
        for link in links {
            assert!(page.contains(&format!("id=\"{link}\"")), "{link}");
        }
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
}
