//! The secrets of a local stack: made once, since references sealed with them stay in use.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use registrar_local::{random_secret, write_private};

const NAMES: [&str; 2] = ["REGISTRAR_DERIVATION_SECRET", "REGISTRAR_SEALING_SECRETS"];

/// The secrets as environment variables, from `secrets.env` in the data folder; the file, readable
/// by its owner only, is made when missing.
pub(crate) fn load_or_make(data_dir: &Path) -> Result<Vec<(String, String)>> {
    let path = data_dir.join("secrets.env");
    if !path.exists() {
        make(&path).with_context(|| format!("Could not write {}", path.display()))?;
    }
    let text =
        fs::read_to_string(&path).with_context(|| format!("Could not read {}", path.display()))?;
    let pairs = text.lines().filter_map(|line| line.split_once('='));
    Ok(pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).collect())
}

fn make(path: &Path) -> Result<()> {
    let mut text = String::new();
    for name in NAMES {
        writeln!(text, "{name}={}", random_secret()?)?;
    }
    // Under another name first: a half-written file must not be taken for the real one.
    let unfinished = path.with_extension("env-unfinished");
    write_private(&unfinished, 0o600, &text)?;
    Ok(fs::rename(unfinished, path)?)
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn secrets_are_made_once_for_their_owner_only_and_differ() {
        let folder = tempfile::tempdir().unwrap();
        let made = load_or_make(folder.path()).unwrap();
        assert_eq!(made, load_or_make(folder.path()).unwrap());
        assert_eq!(made.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>(), NAMES);
        assert!(made.iter().all(|(_, value)| value.len() == 64));
        assert_ne!(made[0].1, made[1].1);
        let permissions =
            fs::metadata(folder.path().join("secrets.env")).unwrap().permissions().mode();
        assert_eq!(permissions & 0o777, 0o600);
    }
}
