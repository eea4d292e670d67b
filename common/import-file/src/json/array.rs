use std::io::Read;
use std::ops::Range;

use serde_json::value::RawValue;

use super::object::Members;
use crate::error::{FileError, ReadError};
use crate::header::ColumnNames;
use crate::import_file::UsedColumn;
use crate::row::Row;
use crate::text::Text;
use crate::{HEADER_WITHIN_ROWS, JSON_ARRAY_MAX_BYTES};

/// The objects of an array, which is held as a whole: nothing reads an array in parts.
pub(crate) struct ArrayRows {
    members: Members,
    text: String,
    /// Where the objects are in the text.
    objects: Vec<Range<usize>>,
    next: usize,
}

impl ArrayRows {
    pub(crate) fn new<R: Read>(
        mut start: Vec<u8>,
        text: &mut Text<R>,
        names: &ColumnNames,
    ) -> Result<Self, ReadError> {
        loop {
            if start.len() > JSON_ARRAY_MAX_BYTES {
                return Err(FileError::JsonArrayTooLarge.into());
            }
            if !text.fill(&mut start)? {
                break;
            }
        }
        let text =
            String::from_utf8(start).map_err(|_| FileError::EncodingUnknown { guess: None })?;
        let objects: Vec<&RawValue> = serde_json::from_str(&text).map_err(|error| {
            FileError::JsonMalformed { line: error.line(), column: error.column() }
        })?;
        if objects.is_empty() {
            return Err(FileError::Empty.into());
        }
        let first = objects.iter().take(HEADER_WITHIN_ROWS).map(|object| object.get());
        let members = Members::learn(first, names)?;
        let base = text.as_ptr() as usize;
        let place = |object: &&RawValue| {
            let start = object.get().as_ptr() as usize - base;
            start..start + object.get().len()
        };
        let objects = objects.iter().map(place).collect();
        Ok(Self { members, text, objects, next: 0 })
    }

    pub(crate) fn columns(&self) -> &[UsedColumn] {
        self.members.columns()
    }

    pub(crate) fn ignored(&self) -> Vec<String> {
        self.members.ignored()
    }

    pub(crate) fn next(&mut self) -> Option<Row<'_>> {
        let object = self.text.get(self.objects.get(self.next)?.clone())?;
        self.next += 1;
        Some(self.members.row(self.next as u64, object))
    }

    /// The next object with its number.
    pub(crate) fn next_json(&mut self) -> Option<(u64, &str)> {
        let object = self.text.get(self.objects.get(self.next)?.clone())?;
        self.next += 1;
        Some((self.next as u64, object))
    }
}
