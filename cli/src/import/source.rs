//! The file that is imported, as it is uploaded and read again.

use std::env;
use std::ffi::OsString;
use std::fmt::{Display, Write as _};
use std::fs::File;
use std::io::{self, Read, Seek as _, Write as _};
use std::path::{Path, PathBuf};

use anyhow::{anyhow, bail};
use registrar_import_file::{FileKind, Options};
use sha2::{Digest as _, Sha256};

use super::workbook::{self, Sheet};

/// A file that can be read as often as it takes: what comes from a pipe, and what is in a workbook,
/// is in a temporary file without a name.
pub(super) struct Source {
    file: File,
    bytes: u64,
    /// What it is called, for the list of imports.
    name: String,
    /// Where its error file belongs; nowhere for stdin.
    error_file: Option<PathBuf>,
    /// The sheet of a workbook.
    sheet: Option<Sheet>,
}

impl Source {
    /// Opens a file, or stdin for `-`.
    pub(super) fn open(
        path: &Path,
        sheet: Option<&str>,
        options: &Options,
    ) -> anyhow::Result<Self> {
        if path == Path::new("-") {
            let file = kept(io::stdin().lock(), "What is on stdin")?;
            return Self::from_file(file, "stdin".to_owned(), None, sheet, options);
        }
        let shown = &path.display();
        let file = File::open(path).map_err(|error| match error.kind() {
            io::ErrorKind::NotFound => anyhow!("There is no file {shown}."),
            io::ErrorKind::PermissionDenied => {
                anyhow!("{shown} cannot be read: this user has no right to.")
            }
            _ => not_read(shown, &error),
        })?;
        let metadata = file.metadata().map_err(|error| not_read(shown, &error))?;
        if metadata.is_dir() {
            bail!("{shown} is a folder. Name a file in it.");
        }
        let file = if metadata.is_file() { file } else { kept(file, &shown.to_string())? };
        let name = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned();
        Self::from_file(file, name, Some(error_file_of(path)), sheet, options)
    }

    fn from_file(
        mut file: File,
        name: String,
        error_file: Option<PathBuf>,
        sheet: Option<&str>,
        options: &Options,
    ) -> anyhow::Result<Self> {
        let mut start = Vec::new();
        let read = (&mut file).take(64 * 1024).read_to_end(&mut start);
        read.and_then(|_| file.rewind()).map_err(|error| not_read(&name, &error))?;
        let mut used = None;
        if FileKind::from_first_bytes(&start) == Some(FileKind::Xlsx) {
            let (csv, sheet) = workbook::to_csv(file, sheet, options)?;
            (file, used) = (csv, Some(sheet));
        } else if sheet.is_some() {
            bail!("{name} is no workbook (.xlsx), and has no sheets: leave --sheet out.");
        }
        let bytes = file.metadata().map_err(|error| not_read(&name, &error))?.len();
        if bytes == 0 {
            bail!("{name} is empty.");
        }
        Ok(Self { file, bytes, name, error_file, sheet: used })
    }

    pub(super) fn bytes(&self) -> u64 {
        self.bytes
    }

    pub(super) fn name(&self) -> &str {
        &self.name
    }

    pub(super) fn error_file(&self) -> Option<&Path> {
        self.error_file.as_deref()
    }

    /// The sheet that is read of a workbook.
    pub(super) fn sheet(&self) -> Option<&Sheet> {
        self.sheet.as_ref()
    }

    /// The bytes that are uploaded, from the beginning. One reader at a time.
    pub(super) fn reader(&self) -> io::Result<File> {
        let mut file = self.file.try_clone()?;
        file.rewind()?;
        Ok(file)
    }

    /// Of so many of its bytes, in hexadecimal digits as the API answers it.
    pub(super) fn sha256(&self, bytes: u64) -> io::Result<String> {
        let mut reader = self.reader()?.take(bytes);
        let (mut hash, mut part) = (Sha256::new(), vec![0; 64 * 1024]);
        loop {
            let length = reader.read(&mut part)?;
            if length == 0 {
                break;
            }
            hash.update(&part[..length]);
        }
        Ok(hash.finalize().iter().fold(String::new(), |mut digits, byte| {
            // Writing to a string never fails.
            let _ = write!(digits, "{byte:02x}");
            digits
        }))
    }
}

fn error_file_of(path: &Path) -> PathBuf {
    let mut name = OsString::from(path);
    name.push(".errors.csv");
    name.into()
}

pub(super) fn not_read(what: impl Display, error: &io::Error) -> anyhow::Error {
    anyhow!("{what} cannot be read: {error}.")
}

/// That the disk is full is no fault of what is copied.
pub(super) fn not_kept(what: &str, error: &io::Error) -> anyhow::Error {
    anyhow!("{what} cannot be kept in {}: {error}.", env::temp_dir().display())
}

/// A copy that can be read again.
fn kept(mut source: impl Read, what: &str) -> anyhow::Result<File> {
    let not_kept = |error| not_kept(what, &error);
    let mut file = tempfile::tempfile().map_err(not_kept)?;
    let mut part = vec![0; 64 * 1024];
    loop {
        let length = source.read(&mut part).map_err(|error| not_read(what, &error))?;
        if length == 0 {
            break;
        }
        file.write_all(&part[..length]).map_err(not_kept)?;
    }
    file.rewind().map_err(not_kept)?;
    Ok(file)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn options() -> Options {
        let column_names = registrar_import_file::ColumnNames::default();
        Options { encoding: None, delimiter: None, column_names, max_bytes: u64::MAX }
    }

    fn refused(path: &Path, sheet: Option<&str>) -> String {
        Source::open(path, sheet, &options()).err().unwrap().to_string()
    }

    #[test]
    fn a_file_is_read_as_often_as_it_takes() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("list.csv");
        fs::write(&path, "abc").unwrap();
        let source = Source::open(&path, None, &options()).unwrap();
        for _ in 0..2 {
            assert_eq!(io::read_to_string(source.reader().unwrap()).unwrap(), "abc");
        }
        assert_eq!((source.bytes(), source.name()), (3, "list.csv"));
        let digest = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(source.sha256(3).unwrap(), digest);
        assert_ne!(source.sha256(2).unwrap(), digest);
        assert_eq!(source.error_file(), Some(&*folder.path().join("list.csv.errors.csv")));
    }

    #[test]
    fn what_cannot_be_imported_is_a_sentence_with_its_name() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("list.csv");
        assert_eq!(refused(&path, None), format!("There is no file {}.", path.display()));
        assert!(refused(folder.path(), None).ends_with("is a folder. Name a file in it."));
        fs::write(&path, "").unwrap();
        assert_eq!(refused(&path, None), "list.csv is empty.");
        fs::write(&path, "a,b").unwrap();
        assert!(refused(&path, Some("Liste")).contains("leave --sheet out"));
    }
}
