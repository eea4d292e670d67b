//! Secrets, and the files that hold them.

use std::fs;
use std::fs::File;
use std::io;
use std::io::{Read as _, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

/// Writes a file with these permissions, which those of a file that is there already do not change.
pub fn write_private(path: &Path, mode: u32, text: &str) -> io::Result<()> {
    drop(fs::remove_file(path));
    let mut options = File::options();
    options.create_new(true).write(true).mode(mode).open(path)?.write_all(text.as_bytes())
}

/// 64 hexadecimal digits that cannot be guessed.
pub fn random_secret() -> io::Result<String> {
    let mut bytes = [0; 32];
    File::open("/dev/urandom")?.read_exact(&mut bytes)?;
    Ok(bytes.iter().fold(String::new(), |hex, byte| format!("{hex}{byte:02x}")))
}
