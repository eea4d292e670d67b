use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::at_root;

/// Every document that git knows or would add, by its path from the root.
pub(crate) fn documents() -> Vec<(PathBuf, String)> {
    let list = Command::new("git")
        .args(["ls-files", "--cached", "--others", "--exclude-standard", "*.md"])
        .current_dir(at_root(""))
        .output()
        .unwrap();
    assert!(list.status.success(), "{}", String::from_utf8_lossy(&list.stderr));
    let paths = String::from_utf8(list.stdout).unwrap();
    let found: Vec<_> = paths
        .lines()
        .filter_map(|path| Some((PathBuf::from(path), fs::read_to_string(at_root(path)).ok()?)))
        .collect();
    assert!(found.iter().any(|(path, _)| path == Path::new("docs/architecture.md")), "{paths}");
    found
}
