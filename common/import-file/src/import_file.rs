use std::borrow::Cow;
use std::io::Read;

use encoding_rs::Encoding;
use registrar_domain::Field;

use crate::csv::CsvRows;
use crate::error::{FileError, ReadError};
use crate::file_kind::FileKind;
use crate::header::ColumnNames;
use crate::inflate::Inflate;
use crate::json::{ArrayRows, LineRows};
use crate::row::Row;
use crate::text::Text;

/// What the sender says of a file. All of it is optional.
#[derive(Clone, Debug)]
pub struct Options {
    /// The encoding, unless a byte order mark says another one.
    pub encoding: Option<&'static Encoding>,
    /// The delimiter of CSV.
    pub delimiter: Option<u8>,
    /// What the columns are called.
    pub column_names: ColumnNames,
    /// The most bytes, uncompressed.
    pub max_bytes: u64,
}

/// A file of students that is read a row at a time.
pub struct ImportFile<R: Read> {
    pub(crate) text: Text<R>,
    pub(crate) rows: Rows,
}

pub(crate) enum Rows {
    Csv(Box<CsvRows>),
    Lines(LineRows),
    Array(ArrayRows),
}

/// The format of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Values between delimiters.
    Csv {
        /// What is between values.
        delimiter: char,
    },
    /// A JSON object in each line.
    Ndjson,
    /// A JSON array of objects.
    JsonArray,
}

/// A column that students are read from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UsedColumn {
    /// What it is read as.
    pub field: Field,
    /// Its name in the file.
    pub name: String,
}

/// How a file was understood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Understood {
    /// The format.
    pub format: Format,
    /// The encoding by its WHATWG name: US-ASCII as long as nothing else was met.
    pub encoding: &'static str,
    /// It came as gzip.
    pub is_gzip: bool,
    /// The number of the row with the names of the columns; none for JSON.
    pub header_row: Option<u64>,
    /// The columns that are read, in the order of the form.
    pub columns: Vec<UsedColumn>,
    /// The names of the others.
    pub ignored: Vec<String>,
}

impl<R: Read> ImportFile<R> {
    /// Reads the beginning of a file, as far as it takes to understand it.
    pub fn open(source: R, options: &Options) -> Result<Self, ReadError> {
        let mut text = Text::new(Inflate::new(source, options.max_bytes)?, options.encoding);
        let mut start = Vec::new();
        text.fill(&mut start)?;
        if let Some(kind) = FileKind::markup(&start) {
            return Err(FileError::NotText(kind).into());
        }
        let rows = match start.trim_ascii_start().first() {
            Some(b'{') => Rows::Lines(LineRows::new(start, &options.column_names)?),
            Some(b'[') if is_array(&start) => {
                Rows::Array(ArrayRows::new(start, &mut text, &options.column_names)?)
            }
            _ => {
                Rows::Csv(Box::new(CsvRows::new(start, options.delimiter, &options.column_names)?))
            }
        };
        Ok(Self { text, rows })
    }

    /// The next row that is not blank. After an error there is none.
    pub fn next_row(&mut self) -> Result<Option<Row<'_>>, ReadError> {
        match &mut self.rows {
            Rows::Csv(rows) => rows.next(&mut self.text),
            Rows::Lines(rows) => rows.next(&mut self.text),
            Rows::Array(rows) => Ok(rows.next()),
        }
    }

    /// The next line or object of JSON with its number, as it was given; none of CSV.
    pub(crate) fn next_json(&mut self) -> Result<Option<(u64, Cow<'_, str>)>, ReadError> {
        match &mut self.rows {
            Rows::Csv(_) => Ok(None),
            Rows::Lines(rows) => rows.next_json(&mut self.text),
            Rows::Array(rows) => {
                Ok(rows.next_json().map(|(number, json)| (number, Cow::Borrowed(json))))
            }
        }
    }

    /// How the file is understood so far: the encoding may be known only later.
    pub fn understood(&self) -> Understood {
        let (format, header_row, columns, ignored) = match &self.rows {
            Rows::Csv(rows) => {
                let header = rows.header();
                let used =
                    Field::ALL.into_iter().zip(header.columns).map(|(field, column)| UsedColumn {
                        field,
                        name: header.names.get(column).cloned().unwrap_or_default(),
                    });
                let others = header.names.iter().enumerate();
                let others = others.filter(|(at, name)| !header.is_used(*at) && !name.is_empty());
                let ignored = others.map(|(_, name)| name.clone()).collect();
                let format = Format::Csv { delimiter: char::from(rows.delimiter()) };
                (format, Some(rows.header_row()), used.collect(), ignored)
            }
            Rows::Lines(rows) => (Format::Ndjson, None, rows.columns().to_vec(), rows.ignored()),
            Rows::Array(rows) => (Format::JsonArray, None, rows.columns().to_vec(), rows.ignored()),
        };
        let (encoding, is_gzip) = (self.text.encoding(), self.text.is_gzip());
        Understood { format, encoding, is_gzip, header_row, columns, ignored }
    }
}

/// Whether a bracket begins an array: of CSV, a title may stand above the header in brackets.
fn is_array(start: &[u8]) -> bool {
    let inside = start.trim_ascii_start().get(1..).unwrap_or_default().trim_ascii_start();
    !inside.first().is_some_and(u8::is_ascii_alphabetic) || inside.starts_with(b"null")
}
