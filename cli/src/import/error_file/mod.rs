//! Writes the error file: what the API lists, with all columns of the file that was imported.

use std::fs::{self, File};
use std::io::{self, Read, Write as _};
use std::iter;
use std::path::{Path, PathBuf};

use anyhow::{anyhow, bail};
use registrar_import_file::{Failures, JoinError, Options, WholeFile, is_error_file, join};
use serde_json::Value;
use tempfile::NamedTempFile;

use crate::import::interrupt::Interrupt;
use crate::import::source::{Source, not_read};

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
                let is_ours =
                    is_file && is_error_file(file).map_err(|error| not_read(&shown, &error))?;
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
            .map_err(|error| not_written(&self.0, &error))
    }

    fn persist(&self, file: NamedTempFile, rows: u64) -> anyhow::Result<Written> {
        let mut written = Written { rows, before: None };
        if rows > 0 {
            file.as_file().sync_all().map_err(|error| not_written(&self.0, &error))?;
            written.before = self.set_aside(file.path())?;
            file.persist(&self.0).map_err(|error| not_written(&self.0, &error.error))?;
        }
        Ok(written)
    }

    /// An older error file may have been corrected already.
    fn set_aside(&self, newer: &Path) -> anyhow::Result<Option<PathBuf>> {
        let not_read = |error| not_read(self.0.display(), &error);
        if !self.is_taken() || is_same(&self.0, newer).map_err(not_read)? {
            return Ok(None);
        }
        let names = (2..).map(|number| format!("before-{number}.csv"));
        let names = iter::once("before.csv".to_owned()).chain(names);
        let mut paths = names.map(|name| self.0.with_extension(name));
        let before = paths.find(|path| !path.exists()).unwrap_or_default();
        fs::rename(&self.0, &before).map_err(|error| not_written(&before, &error))?;
        Ok(Some(before))
    }
}

fn not_written(path: &Path, error: &io::Error) -> anyhow::Error {
    anyhow!("{} cannot be written: {error}.", path.display())
}

/// Rows are looked up by their numbers, and must be those of the file that was imported.
fn check_imported(source: &Source, import: &Value) -> anyhow::Result<()> {
    let Some(imported) = import.get("sha256").and_then(Value::as_str) else { return Ok(()) };
    // Of an upload that broke off, they are the first of the file.
    let bytes = import.get("bytes").and_then(Value::as_u64).unwrap_or(u64::MAX);
    let name = source.name();
    let sha256 = source.sha256(bytes).map_err(|error| not_read(name, &error))?;
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
    let reader = source.reader().map_err(|error| not_read(source.name(), &error))?;
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
mod tests;
