use std::fs;
use std::path::{Path, PathBuf};

use super::*;
use crate::pages::{FormPage, Values};
use crate::testing::PAGES;

/// A folder of its own with the templates of the repository, for tests that damage them.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("registrar-{name}-{}", std::process::id()));
        fs::create_dir_all(&path).unwrap();
        for entry in fs::read_dir(PAGES).unwrap() {
            let entry = entry.unwrap();
            fs::copy(entry.path(), path.join(entry.file_name())).unwrap();
        }
        Self(path)
    }

    fn refused(&self) -> String {
        Pages::load(self.0.to_str().unwrap()).unwrap_err()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        _ = fs::remove_dir_all(&self.0);
    }
}

#[test]
fn every_template_of_the_repository_renders_with_all_that_it_can_be_given() {
    let pages = Pages::load(PAGES).unwrap();
    for language in Language::ALL {
        for page in samples::pages(language) {
            for query in ["", "?lang=en"] {
                let html = pages.render(&page, language, query).unwrap();
                assert!(html.contains("<main id=\"main\" data-page=\""), "{html}");
                assert!(html.contains(&format!("<html lang=\"{}\"", language.code())), "{html}");
                assert!(!html.contains(['{', '}']), "a placeholder was not filled in: {html}");
            }
        }
    }
}

#[test]
fn what_was_entered_is_text_and_never_markup() {
    let pages = Pages::load(PAGES).unwrap();
    let nasty = "\"'><script>alert(1)</script><!--#include virtual=\"/x\" -->{{ t }}&amp;";
    let values = || nasty.to_owned();
    let page = Page::Form(FormPage {
        values: Values { first_name: values(), last_name: values(), email: values() },
        errors: Vec::new(),
        notice: None,
        key: "<script>alert(1)</script>".to_owned(),
    });
    let html = pages.render(&page, Language::English, "").unwrap();
    assert!(!html.contains("<script>") && !html.contains("<!--"), "{html}");
    let escaped = "&quot;&#x27;&gt;&lt;script&gt;alert(1)&lt;&#x2f;script&gt;&lt;!--#include \
                   virtual=&quot;&#x2f;x&quot; --&gt;{{ t }}&amp;amp;";
    assert_eq!(html.matches(escaped).count(), 3, "{html}");
}

#[test]
fn a_folder_that_is_not_there_or_lacks_a_template_is_refused_in_a_sentence() {
    let refused = Pages::load("/nowhere").unwrap_err();
    assert!(
        refused.starts_with("it must be the folder with the templates of the pages: it cannot")
    );
    for name in Page::TEMPLATES {
        let folder = Folder::new(&format!("without-{name}"));
        fs::remove_file(folder.0.join(name)).unwrap();
        assert!(folder.refused().ends_with(&format!("{name} is not there")));
    }
}

#[test]
fn a_broken_template_is_found_at_the_start() {
    for (name, source, expected) in [
        ("away.html", "{% if %}", "away.html is no template, syntax error"),
        ("away.html", "{{ not_in_the_context }}", "one cannot be rendered, undefined value"),
        ("layout.html", "{{ t.pages.not_a_sentence }}", "one cannot be rendered, undefined value"),
        ("status.html", "{% extends 'elsewhere.html' %}", "one cannot be rendered, template not"),
    ] {
        let folder = Folder::new(&format!("broken-{}", expected.len()));
        fs::write(folder.0.join(name), source).unwrap();
        let refused = folder.refused();
        assert!(refused.contains(expected) && refused.contains(name), "{refused}");
        assert_eq!(refused.lines().count(), 1, "{refused}");
    }
}

#[test]
fn files_that_are_no_templates_are_left_alone() {
    let folder = Folder::new("with-others");
    fs::write(folder.0.join("notes.txt"), "{% broken").unwrap();
    assert!(Pages::load(Path::new(&folder.0).to_str().unwrap()).is_ok());
}
