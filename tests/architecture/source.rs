//! The product's source files, and the paths that their code names.

use std::fs;
use std::path::{Path, PathBuf};

/// A source file below the workspace's root.
pub(crate) struct Source {
    /// Its path from the root, like `common/runtime/src/retry.rs`.
    pub(crate) path: String,
    code: String,
}

/// Every Rust file below a `src` of these folders.
pub(crate) fn sources(folders: &[&str]) -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned();
    let mut sources = Vec::new();
    for folder in folders {
        collect(&root, &root.join(folder), &mut sources);
    }
    assert!(!sources.is_empty());
    sources
}

fn collect(root: &Path, folder: &Path, sources: &mut Vec<Source>) {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    for path in entries.collect::<Vec<PathBuf>>() {
        if path.is_dir() {
            collect(root, &path, sources);
        } else if path.extension().is_some_and(|extension| extension == "rs")
            && path.components().any(|part| part.as_os_str() == "src")
        {
            let code = fs::read_to_string(&path).unwrap();
            let code = code.lines().filter(|line| !line.trim_start().starts_with("//"));
            let path = path.strip_prefix(root).unwrap().to_str().unwrap().to_owned();
            sources.push(Source { path, code: code.collect::<Vec<_>>().join("\n") });
        }
    }
}

impl Source {
    /// Whether the code names this crate.
    pub(crate) fn names_crate(&self, name: &str) -> bool {
        self.following(&format!("{name}::")).next().is_some()
    }

    /// Whether the code calls this macro.
    pub(crate) fn calls_macro(&self, name: &str) -> bool {
        self.following(&format!("{name}!(")).next().is_some()
    }

    /// The text after each place where `path` stands and is neither the end of a longer word nor
    /// the beginning of a text, such as the target of a library's log lines.
    fn following(&self, path: &str) -> impl Iterator<Item = &str> {
        self.code.match_indices(path).filter_map(move |(start, _)| {
            let before = self.code[..start].chars().next_back();
            let is_whole =
                before.is_none_or(|c| !c.is_alphanumeric() && !['_', ':', '"'].contains(&c));
            is_whole.then(|| &self.code[start + path.len()..])
        })
    }
}
