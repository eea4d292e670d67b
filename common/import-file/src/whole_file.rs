use std::borrow::Cow;
use std::io::{Read, Seek};

use registrar_domain::Field;

use crate::error::ReadError;
use crate::error_file::ADDED_COLUMNS;
use crate::import_file::{Format, ImportFile, Options, Rows};
use crate::json::MemberTable;

/// A file with all of its columns, of which single rows are looked up.
///
/// Of an error file that was corrected, it has the columns that the file had before, and the values
/// without what protected them.
pub struct WholeFile<R: Read> {
    file: ImportFile<R>,
    members: MemberTable,
    columns: Vec<String>,
    /// The columns that an error file has more than the file it was made for.
    added: Vec<usize>,
}

/// A row with everything that its file has of it.
pub(crate) struct WholeRow {
    /// What is read from it when it is imported, as far as that can be read.
    pub(crate) values: [String; Field::ALL.len()],
    /// All of its cells, as they were given.
    pub(crate) cells: Vec<String>,
}

impl<R: Read + Seek> WholeFile<R> {
    /// Reads the beginning of a file; of JSON all of it, since any object may have a name of its own.
    pub fn open(mut source: R, options: &Options) -> Result<Self, ReadError> {
        let mut members = MemberTable::new(options.column_names.clone());
        let mut first = ImportFile::open(&mut source, options)?;
        while let Some((_, json)) = first.next_json()? {
            members.add_columns_of(&json);
        }
        drop(first);
        source.rewind()?;
        let file = ImportFile::open(source, options)?;
        let mut whole =
            Self { columns: members.columns().to_vec(), members, added: Vec::new(), file };
        if let Rows::Csv(rows) = &whole.file.rows {
            let header = rows.header();
            if header.is_error_file {
                let is_added = |(_, name): &(usize, &String)| ADDED_COLUMNS.contains(&name.trim());
                let added = header.cells.iter().enumerate().filter(is_added);
                whole.added = added.map(|(position, _)| position).collect();
            }
            let columns = header.cells.clone();
            whole.columns = whole.bare(columns);
        }
        Ok(whole)
    }
}

impl<R: Read> WholeFile<R> {
    /// The names of all columns, as they were given.
    pub(crate) fn columns(&self) -> &[String] {
        &self.columns
    }

    /// The delimiter with which a file of these columns can be found to be one: its own, if that is
    /// found without being named.
    pub(crate) fn delimiter(&self) -> char {
        match self.file.understood().format {
            Format::Csv { delimiter: delimiter @ (';' | '\t' | '|') } => delimiter,
            _ => ',',
        }
    }

    /// All of the row with this number; `None` when there is none. Rows are looked up in ascending order.
    pub(crate) fn whole_row(&mut self, number: u64) -> Result<Option<WholeRow>, ReadError> {
        if let Rows::Csv(rows) = &mut self.file.rows {
            let row = rows.whole_row(number, &mut self.file.text)?;
            return Ok(row.map(|row| WholeRow { cells: self.bare(row.cells), ..row }));
        }
        while let Some((at, json)) = self.file.next_json()? {
            if at >= number {
                let is_text = matches!(json, Cow::Borrowed(_));
                return Ok((at == number).then(|| self.members.whole_row(number, &json, is_text)));
            }
        }
        Ok(None)
    }

    fn bare(&self, cells: Vec<String>) -> Vec<String> {
        if self.added.is_empty() {
            return cells;
        }
        let kept = cells.into_iter().enumerate().filter(|(at, _)| !self.added.contains(at));
        let bare = |cell: String| cell.strip_prefix('\'').map(str::to_owned).unwrap_or(cell);
        kept.map(|(_, cell)| bare(cell)).collect()
    }
}
