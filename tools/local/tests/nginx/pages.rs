use std::fs;

use tempfile::TempDir;

/// One of each kind, in a folder whose name must be quoted.
pub(crate) fn pages() -> TempDir {
    let folder = tempfile::Builder::new().prefix("registrar pages; ").tempdir().unwrap();
    for (name, content) in [
        ("form.en.html", "key <!--#echo var=\"request_id\" -->"),
        ("form.fa.html", "Persian"),
        ("too-large.en.html", "too large"),
        ("not-found.en.html", "not found"),
        ("unreadable.en.html", "unreadable"),
        ("away.en.html", "away"),
        ("away.fa.html", "away in Persian"),
        ("import.en.html", "import"),
        ("import.fa.html", "import in Persian"),
        ("import-known.en.html", "one import"),
        ("favicon.svg", "<svg/>"),
        ("problem.json", include_str!("../../../../frontend/public/problem.json")),
    ] {
        fs::write(folder.path().join(name), content).unwrap();
    }
    folder
}
