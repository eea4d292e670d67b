//! Files as people make them, each made for its test.

mod compressed;
mod encodings;
mod error_files;
mod exports;
mod headers;
mod json;
mod listed_rows;
mod other_files;
mod properties;
mod quoting;
mod round_trip;
mod rows;

use std::io::Read;

use encoding_rs::Encoding;

use crate::{ColumnNames, FileError, ImportFile, Options, ReadError, Understood};

/// What may show that text was damaged, or is read as part of its encoding, such as a byte order mark: the
/// characters as between the brackets of a regular expression.
const MAY_SHOW_DAMAGE: &str = "\u{0}\u{1b}#?&<>{}\\\\\u{80}-\u{9f}\u{c0}-\u{ff}\
    \u{2e80}-\u{d7ff}\u{f900}-\u{ffef}£¥¿¯³¹√≈\u{2500}-\u{257f}\u{fffd}";

pub(super) fn options() -> Options {
    Options {
        encoding: None,
        delimiter: None,
        column_names: ColumnNames::default(),
        max_bytes: u64::MAX,
    }
}

/// The rows of a file, as `number|first name|last name|e-mail address`, or `number!problem`.
pub(super) struct Listed {
    pub(super) rows: Vec<String>,
    pub(super) understood: Understood,
}

pub(super) fn read_with(source: impl Read, options: &Options) -> Result<Listed, FileError> {
    let no_file_error = |error| match error {
        ReadError::File(error) => error,
        ReadError::Source(error) => panic!("the source does not fail: {error}"),
    };
    let mut file = ImportFile::open(source, options).map_err(no_file_error)?;
    let mut rows = Vec::new();
    while let Some(row) = file.next_row().map_err(no_file_error)? {
        rows.push(match row.problem {
            Some(problem) => format!("{}!{}", row.number, problem.code()),
            None => format!("{}|{}|{}|{}", row.number, row.first_name, row.last_name, row.email),
        });
    }
    Ok(Listed { rows, understood: file.understood() })
}

pub(super) fn read(file: impl AsRef<[u8]>) -> Listed {
    read_with(file.as_ref(), &options()).expect("the file can be read")
}

pub(super) fn refused(file: impl AsRef<[u8]>) -> FileError {
    match read_with(file.as_ref(), &options()) {
        Ok(listed) => panic!("read: {:?}", listed.rows),
        Err(error) => error,
    }
}

/// A text for each of so many rows.
pub(super) fn each(count: usize, text: impl Fn(usize) -> String) -> String {
    (0..count).map(text).collect::<Vec<_>>().concat()
}

/// The bytes of a text in an encoding that has all of its characters.
pub(super) fn encoded(text: &str, encoding: &'static Encoding) -> Vec<u8> {
    let (bytes, _, unmappable) = encoding.encode(text);
    assert!(!unmappable, "{text}");
    bytes.into_owned()
}

/// Gives a byte at a time, as the slowest of networks would.
pub(super) struct ByteByByte<'a>(pub(super) &'a [u8]);

impl Read for ByteByByte<'_> {
    fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
        let length = into.len().min(1);
        (&mut self.0).take(1).read(&mut into[..length])
    }
}
