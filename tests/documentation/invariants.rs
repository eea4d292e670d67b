use std::fs;
use std::path::Path;

use crate::at_root;
use crate::documents::documents;

/// How the names of metrics begin and end, which are as long.
const PREFIXES: [&str; 4] = ["http_server_", "rabbitmq_", "registration_publish_", "traces_"];
const UNITS: [&str; 3] = ["_bytes", "_seconds", "_total"];

/// The tests that a document names as proofs: words in backticks that look like a sentence.
fn proofs(document: &str) -> Vec<String> {
    let words = document.split('`').skip(1).step_by(2);
    let is_sentence = |word: &&str| {
        word.matches('_').count() >= 4
            && !PREFIXES.iter().any(|prefix| word.starts_with(prefix))
            && !UNITS.iter().any(|unit| word.ends_with(unit))
            && word.chars().all(|c| c.is_ascii_lowercase() || "_0123456789".contains(c))
    };
    words.filter(is_sentence).map(str::to_owned).collect()
}

fn code_below(folder: &Path, code: &mut String) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            code_below(&path, code);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            code.push_str(&fs::read_to_string(path).unwrap());
        }
    }
}

#[test]
fn every_test_that_a_document_names_as_a_proof_exists() {
    let mut code = String::new();
    for folder in ["common", "api", "worker", "cli", "tools/local", "tests"] {
        code_below(&at_root(folder), &mut code);
    }
    let invariants = fs::read_to_string(at_root("docs/invariants.md")).unwrap();
    assert!(proofs(&invariants).len() >= 12, "each invariant has its proofs");
    for (path, text) in documents() {
        for proof in proofs(&text) {
            assert!(
                code.contains(&format!("fn {proof}(")),
                "{}: there is no test {proof}",
                path.display()
            );
        }
    }
}
