use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use crate::at_root;
use crate::documents::documents;

/// What stands in `](…)`, without addresses elsewhere and without what follows `#`.
fn relative_links(document: &str) -> impl Iterator<Item = &str> {
    let targets = document.split("](").skip(1).filter_map(|rest| rest.split(')').next());
    let relative = targets.filter(|target| !target.contains("://") && !target.starts_with('#'));
    relative.filter_map(|target| target.split('#').next())
}

#[test]
fn every_link_of_a_document_leads_to_a_file() {
    let mut broken = Vec::new();
    let mut links = 0;
    for (path, text) in documents() {
        let folder = path.parent().unwrap_or(Path::new(""));
        for target in relative_links(&text) {
            links += 1;
            if !at_root("").join(folder).join(target).exists() {
                broken.push(format!("{}: {target}", path.display()));
            }
        }
    }
    assert!(links > 50, "the documents link to each other");
    assert_eq!(broken, Vec::<String>::new());
}

#[test]
fn every_page_of_docs_is_in_the_list_of_its_folder_or_of_docs() {
    let documents = documents();
    let lists = documents.iter().filter(|(path, _)| path.ends_with("README.md"));
    let listed: BTreeSet<_> = lists
        .flat_map(|(path, text)| {
            let folder = at_root("").join(path.parent().unwrap());
            relative_links(text).filter_map(move |target| folder.join(target).canonicalize().ok())
        })
        .collect();
    let pages = documents.iter().filter(|(path, _)| path.starts_with("docs"));
    let missing: Vec<_> = pages
        .filter(|(path, _)| path != Path::new("docs/README.md"))
        .filter(|(path, _)| !listed.contains(&at_root("").join(path).canonicalize().unwrap()))
        .map(|(path, _)| path.clone())
        .collect();
    assert_eq!(missing, Vec::<PathBuf>::new());
}
