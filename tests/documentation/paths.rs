use std::collections::BTreeSet;

use crate::at_root;
use crate::documents::documents;

/// Folders at the root, by which a word is known to be a path.
const ROOTS: [&str; 10] = [
    "api/",
    "worker/",
    "cli/",
    "common/",
    "frontend/",
    "infra/",
    "migrations/",
    "scripts/",
    "tests/",
    "tools/",
];

/// Words in backticks that look like a path from the root and name no more than one file.
fn paths(document: &str) -> impl Iterator<Item = &str> {
    let words = document.split('`').skip(1).step_by(2);
    words.filter(|word| {
        ROOTS.iter().any(|root| word.starts_with(root))
            && word.chars().all(|c| c.is_ascii_alphanumeric() || "/_-.".contains(c))
    })
}

#[test]
fn every_path_that_a_document_names_exists() {
    let named = documents().into_iter().filter(|(path, _)| !path.ends_with("CHANGELOG.md"));
    let mut found = BTreeSet::new();
    for (document, text) in named {
        found.extend(paths(&text).map(|path| (document.clone(), path.to_owned())));
    }
    assert!(found.len() > 20, "the documents name files: {found:?}");
    // What a build makes is named too, and files in a folder of secrets.
    let built = |path: &str| {
        path.starts_with("frontend/dist") || path.ends_with("-secret") || path.ends_with("-secrets")
    };
    let missing: Vec<_> = found
        .into_iter()
        .filter(|(_, path)| !built(path) && !at_root(path).exists())
        .map(|(document, path)| format!("{}: {path}", document.display()))
        .collect();
    assert_eq!(missing, Vec::<String>::new());
}
