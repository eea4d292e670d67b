use std::io::Read;

use super::lossy_text;
use super::records::Records;
use crate::error::ReadError;
use crate::inflate::Inflate;
use crate::text::Text;

/// The rows of CSV that is known to be CSV, with commas.
pub(crate) struct TableRows<R: Read> {
    text: Text<R>,
    records: Records,
}

impl<R: Read> TableRows<R> {
    pub(crate) fn open(source: R) -> Result<Self, ReadError> {
        let text = Text::new(Inflate::new(source, u64::MAX)?, Some(encoding_rs::UTF_8));
        Ok(Self { text, records: Records::new(b',', b'"') })
    }

    /// The cells of the next row; of a broken one there are none.
    pub(crate) fn next(&mut self) -> Result<Option<Vec<String>>, ReadError> {
        let record = self.records.next(|into| self.text.fill(into))?;
        Ok(record.map(|record| {
            record.cells.map(|cells| cells.iter().map(lossy_text).collect()).unwrap_or_default()
        }))
    }
}
