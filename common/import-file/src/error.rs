use std::fmt::Write as _;
use std::io;

use registrar_domain::Field;
use thiserror::Error;

use crate::file_kind::FileKind;
use crate::header::is_of_whole_names;
use crate::{COLUMNS_MAX, HEADER_WITHIN_ROWS, JSON_ARRAY_MAX_BYTES};

/// Why no further row can be read.
#[derive(Debug, Error)]
pub enum ReadError {
    /// The file itself; the same file fails in the same way again.
    #[error(transparent)]
    File(#[from] FileError),
    /// Where it comes from, such as an upload that broke off.
    #[error("The file could not be read to its end: {0}.")]
    Source(#[from] io::Error),
}

/// What is wrong with a file as a whole. The sentence says what to do; it quotes the names of columns,
/// and never a value.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum FileError {
    /// Nothing in it but blank rows.
    #[error("The file is empty. Send a header row and a row for each student.")]
    Empty,
    /// Another kind of file.
    #[error("The file is {} and not CSV or JSON. {}", .0.name(), .0.advice())]
    NotText(FileKind),
    /// Neither UTF-8 nor anything that is certain.
    #[error("{}", unknown_encoding(*.guess))]
    EncodingUnknown {
        /// What it may be.
        guess: Option<&'static str>,
    },
    /// It is UTF-8, and another encoding was named.
    #[error(
        "The file is UTF-8, and not {named} as was said. Leave the encoding out, or say encoding=utf-8."
    )]
    IsUtf8 {
        /// The encoding that was named.
        named: &'static str,
    },
    /// No row among the first has all three columns.
    #[error("{}", missing_columns(.missing, .found, *.row))]
    ColumnsMissing {
        /// The columns that were not found.
        missing: Vec<Field>,
        /// The cells of the row that is most like a header.
        found: Vec<String>,
        /// The number of that row; none of JSON.
        row: Option<u64>,
    },
    /// Another list follows, whose columns are elsewhere.
    #[error(
        "Row {row} is another header, with the columns in other places. Send the list below it as a \
         file of its own."
    )]
    SecondHeader {
        /// The number of that row.
        row: u64,
    },
    /// Two columns that could both be meant.
    #[error(
        "The header has more than one column for {}: {}. Say which one with column.{}=NAME, or \
         leave one column.", .column.name(), quoted(.found), .column.name()
    )]
    ColumnDoubled {
        /// What they are columns for.
        column: Field,
        /// Their names in the header.
        found: Vec<String>,
    },
    /// More columns than are read.
    #[error("The header has more than {COLUMNS_MAX} columns. Remove those that are not needed.")]
    TooManyColumns,
    /// Cut off, or not gzip after all.
    #[error(
        "The gzip compression of the file is broken or cut off. Compress it again, or send it as it is."
    )]
    GzipBroken,
    /// Expands out of all proportion, as files do that are made to exhaust memory.
    #[error(
        "The file expands to more than {limit} times its compressed size. Send it uncompressed."
    )]
    ExpandsTooMuch {
        /// How many times its size a file may expand to.
        limit: u64,
    },
    /// Larger than what is taken.
    #[error(
        "The file has more than {limit} bytes. Split it, and import its parts one after the other."
    )]
    TooLarge {
        /// The most bytes, uncompressed.
        limit: u64,
    },
    /// An array is read as a whole.
    #[error(
        "A JSON array may have {} MiB. Send one object a line (NDJSON), which may be as large as CSV.",
        JSON_ARRAY_MAX_BYTES / 1024 / 1024
    )]
    JsonArrayTooLarge,
    /// An array that is not JSON.
    #[error(
        "The JSON array is malformed at line {line}, column {column}. Send one array of objects, or one \
         object a line."
    )]
    JsonMalformed {
        /// The line, from 1.
        line: usize,
        /// The column in it, from 1.
        column: usize,
    },
    /// It begins as something else than the object of a student in a line.
    #[error(
        "The JSON does not begin with a whole object of one student. Send each student as one object in \
         one line (NDJSON), or all of them as one array."
    )]
    JsonNotByLine,
}

impl FileError {
    /// The stable code that programs compare.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Empty => "file_empty",
            Self::NotText(_) => "file_not_text",
            Self::EncodingUnknown { .. } | Self::IsUtf8 { .. } => "encoding_unknown",
            Self::ColumnsMissing { .. } => "columns_missing",
            Self::SecondHeader { .. } => "second_header",
            Self::ColumnDoubled { .. } => "column_doubled",
            Self::TooManyColumns => "too_many_columns",
            Self::GzipBroken => "gzip_broken",
            Self::ExpandsTooMuch { .. } => "expands_too_much",
            Self::TooLarge { .. } => "file_too_large",
            Self::JsonArrayTooLarge => "json_array_too_large",
            Self::JsonMalformed { .. } => "json_malformed",
            Self::JsonNotByLine => "json_not_by_line",
        }
    }
}

fn unknown_encoding(guess: Option<&str>) -> String {
    let mut sentence = "The file is not UTF-8".to_owned();
    if let Some(guess) = guess {
        let _never_fails = write!(sentence, "; it may be {guess}, but that is not certain");
    }
    let example = guess.unwrap_or("NAME");
    sentence
        + ". Save it as \"CSV UTF-8\", or name its encoding if you know it, with encoding="
        + example
        + "."
}

/// Whether a value is among what was found, which is not quoted then.
pub(crate) fn has_address(found: &[String]) -> bool {
    found.iter().any(|name| name.contains('@'))
}

fn missing_columns(missing: &[Field], found: &[String], row: Option<u64>) -> String {
    if let Some(row) = row.filter(|_| has_address(found)) {
        return format!(
            "Row {row} has an e-mail address in it, and no row above it names the columns. Put a row \
             first_name, last_name, email above it, in the order of the values."
        );
    }
    let missing: Vec<_> = missing.iter().map(|field| field.name()).collect();
    let example = missing.first().copied().unwrap_or("email");
    let place = if row.is_some() && missing.len() == Field::ALL.len() {
        format!(" in the first {HEADER_WITHIN_ROWS} rows")
    } else {
        String::new()
    };
    let has_whole_names = example != "email" && found.iter().any(|name| is_of_whole_names(name));
    let missing = missing.join(", ");
    if found.is_empty() {
        return format!(
            "No header was found in the first {HEADER_WITHIN_ROWS} rows. The first row must name the \
             columns first_name, last_name and email."
        );
    }
    let advice = if has_whole_names {
        format!(
            "Divide the whole names into the columns first_name and last_name, or say which ones they \
             are, such as column.{example}=NAME."
        )
    } else if row.is_none() {
        format!("Rename a member, or say which one it is, such as column.{example}=NAME.")
    } else if let [only] = found
        && only.contains([',', ';', '\t'])
    {
        "Each row is in quotation marks as a whole: remove those, or divide the column in a spreadsheet."
            .to_owned()
    } else if let [_] = found {
        "Say what is between the values, such as delimiter=tab, or name the three columns."
            .to_owned()
    } else {
        format!("Rename a column, or say which one it is, such as column.{example}=NAME.")
    };
    let found = quoted(found);
    match row {
        Some(row) => format!(
            "No column was found for {missing}{place}. Row {row} has the columns {found}. {advice}"
        ),
        None => format!(
            "No member was found for {missing}. The objects have the members {found}. {advice}"
        ),
    }
}

/// The first of the names, since there can be hundreds.
fn quoted(names: &[String]) -> String {
    const SHOWN: usize = 20;
    let shown: Vec<_> = names.iter().take(SHOWN).map(|name| format!("\"{name}\"")).collect();
    let more = names.len().saturating_sub(SHOWN);
    let shown = shown.join(", ");
    if more == 0 { shown } else { format!("{shown} and {more} more") }
}
