//! A sheet of a workbook (.xlsx) as CSV, each row in the line of its number.

use std::fs::File;
use std::io::{self, BufWriter, Read, Seek as _, Write};
use std::{panic, thread};

use anyhow::{Context as _, anyhow, bail};
use calamine::{DataRef, ExcelDateTime, Reader as _, SheetType, SheetVisible, Xlsx};
use registrar_import_file::{COLUMNS_MAX, FileError, ImportFile, Options, ReadError};
use zip::ZipArchive;

use super::arguments::{flag, shell_word};
use super::source;

/// The most bytes of a workbook's parts together, uncompressed.
const PARTS_MAX_BYTES: u64 = 2 * 1024 * 1024 * 1024;
/// Its texts are held in memory.
const TEXTS_MAX_BYTES: u64 = 256 * 1024 * 1024;
/// The rows of a sheet.
const ROWS_MAX: u32 = 1_048_576;
/// `<si/>`
const TEXT_MIN_BYTES: u64 = 5;

/// The sheet that is read.
#[derive(Debug)]
pub(super) struct Sheet {
    pub(super) name: String,
    /// How many others could have been meant.
    pub(super) others: usize,
}

/// Writes a sheet to a temporary file: the one of this name, or else the first that is not hidden.
/// Refuses when only others have the columns.
pub(super) fn to_csv(
    workbook: File,
    sheet: Option<&str>,
    options: &Options,
) -> anyhow::Result<(File, Sheet)> {
    let (sheet, options) = (sheet.map(str::to_owned), options.clone());
    // On a thread of its own, since a damaged workbook may make its reader panic, and then without what
    // a panic prints.
    let hook = panic::take_hook();
    panic::set_hook(Box::new(|_| {}));
    let reading = thread::spawn(move || {
        let workbook = check_parts(workbook)?;
        let mut workbook = Xlsx::new(io::BufReader::new(workbook)).map_err(damaged)?;
        let names = sheet_names(&workbook, sheet.as_deref())?;
        let (name, others) = names.split_first().context("There is no sheet.")?;
        let csv = sheet_as_csv(&mut workbook, name)?;
        if !has_columns(&csv, &options)? {
            let mut having = others.iter().filter(|other| {
                let csv = sheet_as_csv(&mut workbook, other);
                csv.and_then(|csv| has_columns(&csv, &options)).unwrap_or_default()
            });
            if let Some(other) = having.next() {
                bail!(
                    "No row of the sheet \"{name}\" names the three columns. Name a sheet that has them, \
                     such as{}.",
                    flag("sheet", &shell_word(other))
                );
            }
        }
        Ok((csv, Sheet { name: name.clone(), others: others.len() }))
    });
    let read = reading.join();
    panic::set_hook(hook);
    read.unwrap_or_else(|_| Err(damaged("its cells cannot be read")))
}

fn not_kept(error: &io::Error) -> anyhow::Error {
    source::not_kept("The sheet of the workbook", error)
}

fn damaged(why: impl std::fmt::Display) -> anyhow::Error {
    anyhow!("The workbook is damaged or protected ({why}). Open it, and save it as \"CSV UTF-8\".")
}

/// Reads all parts once, before anything is made of them: a reader believes what a workbook says of
/// itself, and a lie of a few bytes would take all memory.
fn check_parts(mut workbook: File) -> anyhow::Result<File> {
    let mut parts = ZipArchive::new(&mut workbook).map_err(damaged)?;
    let mut left = PARTS_MAX_BYTES;
    for index in 0..parts.len() {
        let mut part = parts.by_index(index).map_err(damaged)?;
        let name = part.name().map_err(damaged)?.to_ascii_lowercase();
        let is_texts = name.ends_with("sharedstrings.xml");
        if is_texts {
            let mut texts = Vec::new();
            part.by_ref().take(TEXTS_MAX_BYTES + 1).read_to_end(&mut texts).map_err(damaged)?;
            if texts.len() as u64 > TEXTS_MAX_BYTES {
                bail!("The workbook has too much text. Save the sheet as \"CSV UTF-8\".");
            }
            check_count(&texts)?;
        }
        let read = io::copy(&mut part.take(left + 1), &mut io::sink()).map_err(damaged)?;
        left = left
            .checked_sub(read)
            .context("The workbook expands to more than 2 GiB. Save the sheet as \"CSV UTF-8\".")?;
    }
    drop(parts);
    workbook.rewind()?;
    Ok(workbook)
}

/// There cannot be more texts than fit.
fn check_count(texts: &[u8]) -> anyhow::Result<()> {
    let bare = texts.strip_prefix(b"\xef\xbb\xbf").unwrap_or(texts);
    if bare.first() != Some(&b'<') {
        return Err(damaged("its texts are in another encoding"));
    }
    let head_end = bare.windows(3).position(|tag| tag == b"<si").unwrap_or(bare.len());
    let head = String::from_utf8_lossy(&bare[..head_end]);
    for said in head.split("uniqueCount").skip(1) {
        let said = said.trim_start_matches(|c: char| c.is_whitespace() || "='\"".contains(c));
        let digits = said.find(|c: char| !c.is_ascii_digit()).map_or(said, |end| &said[..end]);
        let fits = digits.parse::<u64>().is_ok_and(|n| n <= texts.len() as u64 / TEXT_MIN_BYTES);
        if !digits.is_empty() && !fits {
            return Err(damaged("it says to have more texts than it has"));
        }
    }
    Ok(())
}

fn has_columns(csv: &File, options: &Options) -> anyhow::Result<bool> {
    let opened = ImportFile::open(csv, options);
    let lacks =
        matches!(opened, Err(ReadError::File(FileError::Empty | FileError::ColumnsMissing { .. })));
    let mut csv = csv;
    csv.rewind().map_err(|error| not_kept(&error))?;
    Ok(!lacks)
}

fn sheet_as_csv<RS>(workbook: &mut Xlsx<RS>, name: &str) -> anyhow::Result<File>
where
    RS: Read + io::Seek,
{
    let mut csv = tempfile::tempfile().map_err(|error| not_kept(&error))?;
    let mut cells = workbook.worksheet_cells_reader(name).map_err(damaged)?;
    let lines = BufWriter::new(&csv);
    let mut lines = Lines { csv: lines, row: 0, column: 0, has_values: false, widest: 0 };
    while let Some(cell) = cells.next_cell().map_err(damaged)? {
        let text = text(cell.get_value());
        if !text.is_empty() {
            lines.write(cell.get_position(), &text)?;
        }
    }
    lines.finish().map_err(|error| not_kept(&error))?;
    csv.rewind().map_err(|error| not_kept(&error))?;
    Ok(csv)
}

/// The sheet that is asked for, or else those that are not hidden: one at least.
fn sheet_names<RS>(workbook: &Xlsx<RS>, asked: Option<&str>) -> anyhow::Result<Vec<String>>
where
    RS: Read + io::Seek,
{
    let sheets =
        workbook.sheets_metadata().iter().filter(|sheet| sheet.typ == SheetType::WorkSheet);
    let names: Vec<_> = sheets.clone().map(|sheet| format!("\"{}\"", sheet.name)).collect();
    let sheets = sheets.filter(|sheet| match asked {
        Some(asked) => sheet.name == asked,
        None => sheet.visible == SheetVisible::Visible,
    });
    let found: Vec<_> = sheets.map(|sheet| sheet.name.clone()).collect();
    match asked {
        _ if !found.is_empty() => Ok(found),
        Some(asked) => {
            bail!("The workbook has no sheet \"{asked}\". It has {}.", names.join(", "))
        }
        None => bail!("The workbook has no sheet that is not hidden."),
    }
}

/// Lines of CSV; a row without values is a blank line.
struct Lines<W: Write> {
    csv: W,
    row: u32,
    column: u32,
    has_values: bool,
    /// The last column of the widest row so far. No cell is missing in a row of a sheet, whether it has
    /// a value or not.
    widest: u32,
}

impl<W: Write> Lines<W> {
    fn write(&mut self, (row, column): (u32, u32), text: &str) -> anyhow::Result<()> {
        if column as usize >= COLUMNS_MAX {
            bail!(
                "The sheet has a value in column {} (row {}), and at most {COLUMNS_MAX} columns are read. \
                 Remove it, and what else is beyond the list.",
                u64::from(column) + 1,
                u64::from(row) + 1
            );
        }
        if row >= ROWS_MAX {
            return Err(damaged("it has more rows than a sheet"));
        }
        let is_next =
            row > self.row || (row == self.row && (column > self.column || !self.has_values));
        if !is_next {
            return Err(damaged("its cells are not in their order"));
        }
        self.write_cell((row, column), text).map_err(|error| not_kept(&error))
    }

    fn write_cell(&mut self, (row, column): (u32, u32), text: &str) -> io::Result<()> {
        while self.row < row {
            self.end_row()?;
            (self.row, self.column, self.has_values) = (self.row + 1, 0, false);
        }
        self.write_delimiters(column)?;
        self.has_values = true;
        self.widest = self.widest.max(column);
        write!(self.csv, "\"{}\"", text.replace('"', "\"\""))
    }

    fn write_delimiters(&mut self, column: u32) -> io::Result<()> {
        while self.column < column {
            self.csv.write_all(b",")?;
            self.column += 1;
        }
        Ok(())
    }

    fn end_row(&mut self) -> io::Result<()> {
        if self.has_values {
            self.write_delimiters(self.widest)?;
        }
        self.csv.write_all(b"\n")
    }

    fn finish(mut self) -> io::Result<()> {
        self.end_row()?;
        self.csv.flush()
    }
}

/// A value as text; an error of a formula is none.
fn text(value: &DataRef<'_>) -> String {
    match value {
        DataRef::Int(number) => number.to_string(),
        DataRef::Float(number) => number.to_string(),
        DataRef::String(text) | DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => {
            text.clone()
        }
        DataRef::SharedString(text) => (*text).to_owned(),
        DataRef::Bool(is_true) => if *is_true { "TRUE" } else { "FALSE" }.to_owned(),
        DataRef::DateTime(moment) => date(moment),
        DataRef::Error(_) | DataRef::Empty => String::new(),
    }
}

fn date(moment: &ExcelDateTime) -> String {
    if moment.is_duration() {
        return moment.as_f64().to_string();
    }
    let (year, month, day, hour, minute, second, _) = moment.to_ymd_hms_milli();
    if (hour, minute, second) == (0, 0, 0) {
        return format!("{year:04}-{month:02}-{day:02}");
    }
    format!("{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02}")
}

#[cfg(test)]
mod tests;
