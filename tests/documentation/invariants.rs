use std::fs;
use std::path::Path;

use crate::at_root;

/// The tests that ARCHITECTURE.md names as proofs: words in backticks in its tables that look like
/// a sentence.
fn proofs() -> Vec<String> {
    let document = fs::read_to_string(at_root("ARCHITECTURE.md")).unwrap();
    let rows = document.lines().filter(|line| line.starts_with('|'));
    let words = rows.flat_map(|row| row.split('`').skip(1).step_by(2));
    let is_sentence = |word: &&str| {
        word.matches('_').count() >= 4
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
fn every_test_that_the_architecture_names_as_a_proof_exists() {
    let mut code = String::new();
    for folder in ["common", "api", "worker", "cli", "tools/local", "tests"] {
        code_below(&at_root(folder), &mut code);
    }
    let proofs = proofs();
    assert!(proofs.len() >= 12, "each invariant has its proofs");
    for proof in proofs {
        assert!(code.contains(&format!("fn {proof}(")), "there is no test {proof}");
    }
}
