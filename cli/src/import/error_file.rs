//! Writes the error file: what the API lists, with all columns of the file that was imported.

use std::fs::File;
use std::io::{self, Read, Write as _};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use registrar_import_file::{Failures, Options, WholeFile, is_error_file, join};
use tempfile::NamedTempFile;

use super::interrupt::Interrupt;
use super::source::Source;

/// Where an error file may be written: a place that is free, or has an older one.
pub(super) struct Place(PathBuf);

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
                    && is_error_file(file).with_context(|| format!("{shown} cannot be read."))?;
                if !is_ours {
                    bail!(
                        "{shown} is there and is no error file: it is not overwritten. Name another one \
                         with --errors."
                    );
                }
            }
        }
        Ok(Self(path.to_owned()))
    }

    pub(super) fn path(&self) -> &Path {
        &self.0
    }

    /// Whether an error file of an earlier import is there.
    pub(super) fn is_taken(&self) -> bool {
        self.0.exists()
    }

    /// Writes the rows that did not make it, all of them or nothing. Returns how many there are.
    pub(super) fn write(
        &self,
        source: &Source,
        options: &Options,
        listed: impl Read,
        interrupt: &Interrupt,
    ) -> anyhow::Result<u64> {
        // The place may have been taken meanwhile.
        Self::new(&self.0)?;
        let not_written = || format!("{} cannot be written.", self.0.display());
        let mut file = NamedTempFile::with_prefix_in(".registrar-", folder_of(&self.0))
            .with_context(not_written)?;
        interrupt.set_temporary(Some(file.path().to_owned()));
        let rows = write_rows(source, options, listed, &mut file);
        let written = rows.and_then(|rows| {
            file.as_file().sync_all().with_context(not_written)?;
            file.persist(&self.0).with_context(not_written)?;
            Ok(rows)
        });
        interrupt.set_temporary(None);
        written
    }
}

fn write_rows(
    source: &Source,
    options: &Options,
    listed: impl Read,
    into: &mut NamedTempFile,
) -> anyhow::Result<u64> {
    let mut whole = WholeFile::open(source.reader()?, options)?;
    let mut failures = Failures::open(listed)?;
    let mut buffered = io::BufWriter::new(into);
    let rows = join(&mut whole, &mut failures, &mut buffered)?;
    buffered.flush()?;
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
    use std::fs;

    use registrar_import_file::ColumnNames;

    use super::*;

    const LIST: &str = "\u{feff}_row,first_name,last_name,email,_column,_code,_advice\r\n\
                        3,Bob,King,b,email,invalid_email,Enter one.\r\n";

    fn written(folder: &Path, listed: &str) -> anyhow::Result<u64> {
        let list = folder.join("list.csv");
        fs::write(&list, "a,first_name,last_name,email\n1,Ada,King,a@b.c\n'2,Bob,King,b\n")?;
        let source = Source::open(&list, None)?;
        let column_names = ColumnNames::default();
        let options =
            Options { encoding: None, delimiter: None, column_names, max_bytes: u64::MAX };
        let place = Place::new(&folder.join("list.csv.errors.csv"))?;
        place.write(&source, &options, listed.as_bytes(), &Interrupt::default())
    }

    #[test]
    fn rows_that_did_not_make_it_are_written_with_all_of_their_columns() {
        let folder = tempfile::tempdir().unwrap();
        for _ in 0..2 {
            assert_eq!(written(folder.path(), LIST).unwrap(), 1);
            let file = fs::read_to_string(folder.path().join("list.csv.errors.csv")).unwrap();
            let expected = "\u{feff}_row,_column,_code,_advice,a,first_name,last_name,email\r\n\
                            3,email,invalid_email,Enter one.,''2,Bob,King,b\r\n";
            assert_eq!(file, expected);
        }
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 2);
    }

    #[test]
    fn what_is_no_error_file_is_never_overwritten() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("list.csv.errors.csv");
        fs::write(&path, "my own notes").unwrap();
        let refused = written(folder.path(), LIST).unwrap_err().to_string();
        assert!(refused.contains("it is not overwritten"), "{refused}");
        assert_eq!(fs::read_to_string(&path).unwrap(), "my own notes");
        fs::remove_file(&path).unwrap();
        fs::create_dir(&path).unwrap();
        assert!(written(folder.path(), LIST).is_err());
    }

    #[test]
    fn a_list_that_is_cut_off_or_of_another_file_leaves_nothing_behind() {
        let folder = tempfile::tempdir().unwrap();
        for listed in [&LIST.replace("3,Bob", "9,Bob"), "<html>", "_row,a\n"] {
            assert!(written(folder.path(), listed).is_err(), "{listed}");
            assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
        }
    }
}
