//! Writes the error file: what the API lists, with all columns of the file that was imported.

use std::fs::{self, File};
use std::io::{self, Read, Write as _};
use std::path::{Path, PathBuf};

use anyhow::{anyhow, bail};
use registrar_import_file::{Failures, JoinError, Options, WholeFile, is_error_file, join};
use serde_json::Value;
use tempfile::NamedTempFile;

use super::interrupt::Interrupt;
use super::source::Source;

/// Where an error file may be written: a place that is free, or has an older one.
pub(super) struct Place(PathBuf);

/// An error file that was written, unless no row failed.
pub(super) struct Written {
    pub(super) rows: u64,
    /// Where an older one is now, whose rows may have been corrected already.
    pub(super) before: Option<PathBuf>,
}

impl Place {
    /// Refuses a place that something else is in, before anything is done.
    pub(super) fn new(path: &Path) -> anyhow::Result<Self> {
        let shown = path.display();
        match File::open(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                let folder = folder_of(path);
                if !folder.is_dir() {
                    bail!("There is no folder {}, in which to write {shown}.", folder.display());
                }
            }
            Err(error) => bail!("{shown} is there and cannot be read: {error}."),
            Ok(file) => {
                let is_file = file.metadata().is_ok_and(|metadata| metadata.is_file());
                let is_ours = is_file
                    && is_error_file(file)
                        .map_err(|error| anyhow!("{shown} cannot be read: {error}."))?;
                if !is_ours {
                    bail!(
                        "{shown} is there and is no error file: it is not overwritten. Name another one \
                         with --errors."
                    );
                }
            }
        }
        // A folder that takes no file is known before anything is uploaded.
        let place = Self(path.to_owned());
        place.temporary()?;
        Ok(place)
    }

    pub(super) fn path(&self) -> &Path {
        &self.0
    }

    /// Whether an error file of an earlier import is there.
    pub(super) fn is_taken(&self) -> bool {
        self.0.exists()
    }

    /// Writes the rows of an import that did not make it, all of them or nothing.
    pub(super) fn write(
        &self,
        (source, options): (&Source, &Options),
        import: &Value,
        listed: impl Read,
        interrupt: &Interrupt,
    ) -> anyhow::Result<Written> {
        // The place may have been taken meanwhile.
        Self::new(&self.0)?;
        let mut file = self.temporary()?;
        interrupt.set_temporary(Some(file.path().to_owned()));
        let rows = write_rows(source, options, listed, &mut file);
        // Afterwards, since others may write to the file at any time.
        let written =
            check_imported(source, import).and(rows).and_then(|rows| self.persist(file, rows));
        interrupt.set_temporary(None);
        written
    }

    fn temporary(&self) -> anyhow::Result<NamedTempFile> {
        NamedTempFile::with_prefix_in(".registrar-", folder_of(&self.0))
            .map_err(|error| self.not_written(&error))
    }

    fn persist(&self, file: NamedTempFile, rows: u64) -> anyhow::Result<Written> {
        let mut written = Written { rows, before: None };
        if rows > 0 {
            file.as_file().sync_all().map_err(|error| self.not_written(&error))?;
            written.before = self.set_aside(file.path())?;
            file.persist(&self.0).map_err(|error| self.not_written(&error.error))?;
        }
        Ok(written)
    }

    /// An older error file may have been corrected already.
    fn set_aside(&self, newer: &Path) -> anyhow::Result<Option<PathBuf>> {
        let not_read = |error: io::Error| anyhow!("{} cannot be read: {error}.", self.0.display());
        if !self.is_taken() || is_same(&self.0, newer).map_err(not_read)? {
            return Ok(None);
        }
        let before = self.0.with_extension("before.csv");
        Self::new(&before)?;
        fs::rename(&self.0, &before)
            .map_err(|error| anyhow!("{} cannot be written: {error}.", before.display()))?;
        Ok(Some(before))
    }

    fn not_written(&self, error: &io::Error) -> anyhow::Error {
        anyhow!("{} cannot be written: {error}.", self.0.display())
    }
}

/// Rows are looked up by their numbers, and must be those of the file that was imported.
fn check_imported(source: &Source, import: &Value) -> anyhow::Result<()> {
    let Some(imported) = import.get("sha256").and_then(Value::as_str) else { return Ok(()) };
    // Of an upload that broke off, they are the first of the file.
    let bytes = import.get("bytes").and_then(Value::as_u64).unwrap_or(u64::MAX);
    let name = source.name();
    let sha256 =
        source.sha256(bytes).map_err(|error| anyhow!("{name} cannot be read: {error}."))?;
    if sha256 != imported {
        bail!("{name} is not the file that was imported: its content is another one.");
    }
    Ok(())
}

fn is_same(one: &Path, other: &Path) -> io::Result<bool> {
    let is_as_long = fs::metadata(one)?.len() == fs::metadata(other)?.len();
    Ok(is_as_long && fs::read(one)? == fs::read(other)?)
}

fn write_rows(
    source: &Source,
    options: &Options,
    listed: impl Read,
    into: &mut NamedTempFile,
) -> anyhow::Result<u64> {
    let name = source.name();
    let reader = source.reader().map_err(|error| anyhow!("{name} cannot be read: {error}."))?;
    let mut whole = WholeFile::open(reader, options)?;
    let mut failures = Failures::open(listed)?;
    let mut buffered = io::BufWriter::new(into);
    let rows = join(&mut whole, &mut failures, &mut buffered)?;
    buffered.flush().map_err(JoinError::Output)?;
    Ok(rows)
}

fn folder_of(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if folder != Path::new("") => folder,
        _ => Path::new("."),
    }
}

#[cfg(test)]
mod tests {
    use registrar_import_file::ColumnNames;
    use serde_json::json;

    use super::*;

    const FILE: &str = "a,first_name,last_name,email\n1,Ada,King,a@b.c\n'2,Bob,King,b\n";
    const LIST: &str = "\u{feff}_row,first_name,last_name,email,_column,_code,_advice\r\n\
                        3,Bob,King,b,email,invalid_email,Enter one.\r\n";

    fn written_of(folder: &Path, import: &Value, listed: &str) -> anyhow::Result<Written> {
        let list = folder.join("list.csv");
        fs::write(&list, FILE)?;
        let source = Source::open(&list, None)?;
        let column_names = ColumnNames::default();
        let options =
            Options { encoding: None, delimiter: None, column_names, max_bytes: u64::MAX };
        let place = Place::new(&folder.join("list.csv.errors.csv"))?;
        place.write((&source, &options), import, listed.as_bytes(), &Interrupt::default())
    }

    fn written(folder: &Path, listed: &str) -> anyhow::Result<Written> {
        written_of(folder, &json!({}), listed)
    }

    fn refused(folder: &Path, import: &Value, listed: &str) -> String {
        written_of(folder, import, listed).err().unwrap().to_string()
    }

    #[test]
    fn rows_that_did_not_make_it_are_written_with_all_of_their_columns() {
        let folder = tempfile::tempdir().unwrap();
        for _ in 0..2 {
            assert_eq!(written(folder.path(), LIST).unwrap().rows, 1);
            let file = fs::read_to_string(folder.path().join("list.csv.errors.csv")).unwrap();
            let expected = "\u{feff}_row,_column,_code,_advice,a,first_name,last_name,email\r\n\
                            3,email,invalid_email,Enter one.,''2,Bob,King,b\r\n";
            assert_eq!(file, expected);
        }
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 2);
    }

    #[test]
    fn what_was_corrected_in_an_older_one_is_kept_beside_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("list.csv.errors.csv");
        written(folder.path(), LIST).unwrap();
        let corrected = fs::read_to_string(&path).unwrap().replace("King,b", "King,b@example.com");
        fs::write(&path, &corrected).unwrap();
        let before = written(folder.path(), LIST).unwrap().before.unwrap();
        assert_eq!(before, folder.path().join("list.csv.errors.before.csv"));
        assert_eq!(fs::read_to_string(&before).unwrap(), corrected);
        assert_ne!(fs::read_to_string(&path).unwrap(), corrected);
    }

    #[test]
    fn an_import_without_failures_leaves_an_older_one_as_it_is() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("list.csv.errors.csv");
        written(folder.path(), LIST).unwrap();
        let older = fs::read(&path).unwrap();
        let header = LIST.split_inclusive('\n').next().unwrap();
        assert_eq!(written(folder.path(), header).unwrap().rows, 0);
        assert_eq!(fs::read(&path).unwrap(), older);
    }

    #[test]
    fn what_is_no_error_file_is_never_overwritten() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("list.csv.errors.csv");
        fs::write(&path, "my own notes").unwrap();
        let sentence = refused(folder.path(), &json!({}), LIST);
        assert!(sentence.contains("it is not overwritten"), "{sentence}");
        assert_eq!(fs::read_to_string(&path).unwrap(), "my own notes");
        fs::remove_file(&path).unwrap();
        fs::create_dir(&path).unwrap();
        assert!(written(folder.path(), LIST).is_err());
    }

    #[test]
    fn a_folder_that_takes_no_file_is_refused_with_the_reason() {
        // Not even root can make one there.
        let refused = Place::new(Path::new("/proc/list.csv.errors.csv")).err().unwrap().to_string();
        let sentence = "/proc/list.csv.errors.csv cannot be written: ";
        assert!(refused.strip_prefix(sentence).is_some_and(|why| why.len() > 5), "{refused}");
        let nowhere = Place::new(Path::new("/nowhere/list.csv.errors.csv")).err().unwrap();
        assert!(nowhere.to_string().starts_with("There is no folder /nowhere"), "{nowhere}");
    }

    #[test]
    fn a_list_that_is_cut_off_or_of_another_file_leaves_nothing_behind() {
        let folder = tempfile::tempdir().unwrap();
        for listed in [&LIST.replace("3,Bob", "9,Bob"), "<html>", "_row,a\n"] {
            assert!(written(folder.path(), listed).is_err(), "{listed}");
            assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
        }
    }

    #[test]
    fn a_file_that_is_not_what_was_imported_is_refused_though_it_has_such_rows() {
        let folder = tempfile::tempdir().unwrap();
        let list = folder.path().join("list.csv");
        fs::write(&list, FILE).unwrap();
        let source = Source::open(&list, None).unwrap();
        let length = FILE.len() as u64;
        let of_all = source.sha256(length).unwrap();
        let import = json!({"sha256": of_all, "bytes": length});
        assert_eq!(written_of(folder.path(), &import, LIST).unwrap().rows, 1);
        let of_a_part = source.sha256(length - 2).unwrap();
        let import =
            json!({"sha256": of_a_part, "bytes": length - 2, "broken_off": "too_many_rows"});
        assert_eq!(written_of(folder.path(), &import, LIST).unwrap().rows, 1);
        let import = json!({"sha256": of_a_part, "bytes": length});
        let sentence = refused(folder.path(), &import, LIST);
        assert!(sentence.starts_with("list.csv is not the file that was imported"), "{sentence}");
        // Also when a row is missing in it.
        let sentence = refused(folder.path(), &import, &LIST.replace("3,Bob", "9,Bob"));
        assert!(sentence.starts_with("list.csv is not the file that was imported"), "{sentence}");
    }
}
