//! The secrets of a local stack: made once, since references sealed with them stay in use.

use std::fmt::Write as _;
use std::fs;
use std::fs::File;
use std::io::{Read, Write as _};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use anyhow::{Context, Result};

const NAMES: [&str; 2] = ["REGISTRAR_DERIVATION_SECRET", "REGISTRAR_SEALING_SECRETS"];
const BYTES: usize = 32;

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
        writeln!(text, "{name}={}", random_hex()?)?;
    }
    // Under another name first: a half-written file must not be taken for the real one.
    let unfinished = path.with_extension("env-unfinished");
    let mut options = File::options();
    options.create(true).truncate(true).write(true).mode(0o600);
    options.open(&unfinished)?.write_all(text.as_bytes())?;
    Ok(fs::rename(unfinished, path)?)
}

fn random_hex() -> Result<String> {
    let mut bytes = [0; BYTES];
    File::open("/dev/urandom")?.read_exact(&mut bytes)?;
    let mut hex = String::new();
    for byte in bytes {
        write!(hex, "{byte:02x}")?;
    }
    Ok(hex)
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
        assert!(made.iter().all(|(_, value)| value.len() == 2 * BYTES));
        assert_ne!(made[0].1, made[1].1);
        let permissions =
            fs::metadata(folder.path().join("secrets.env")).unwrap().permissions().mode();
        assert_eq!(permissions & 0o777, 0o600);
    }
}
