use std::io::Read;
use std::ops::Range;

use serde::de::IgnoredAny;

use super::object::Members;
use crate::error::{FileError, ReadError};
use crate::header::ColumnNames;
use crate::import_file::UsedColumn;
use crate::row::{Row, RowProblem};
use crate::text::Text;
use crate::{HEADER_WITHIN_ROWS, JSON_ARRAY_MAX_BYTES, ROW_MAX_BYTES};

/// The objects of an array, which is held as a whole: nothing reads an array in parts.
pub(crate) struct ArrayRows {
    members: Members,
    text: String,
    /// Behind the opening bracket or the last element that was read.
    position: usize,
    read: u64,
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
        // Elements that are ignored take no memory.
        let elements: Vec<IgnoredAny> = serde_json::from_str(&text).map_err(|error| {
            FileError::JsonMalformed { line: error.line(), column: error.column() }
        })?;
        if elements.is_empty() {
            return Err(FileError::Empty.into());
        }
        let position = text.find('[').map_or(0, |bracket| bracket + 1);
        let mut first = position;
        let first = std::iter::from_fn(|| {
            let place = element_after(&text, first)?;
            first = place.end;
            text.get(place)
        });
        let members = Members::learn(first.take(HEADER_WITHIN_ROWS), names)?;
        Ok(Self { members, text, position, read: 0 })
    }

    pub(crate) fn columns(&self) -> &[UsedColumn] {
        self.members.columns()
    }

    pub(crate) fn ignored(&self) -> Vec<String> {
        self.members.ignored()
    }

    pub(crate) fn next(&mut self) -> Option<Row<'_>> {
        let (number, place) = self.next_place()?;
        if place.len() > ROW_MAX_BYTES {
            return Some(Row::without_values(number, RowProblem::TooLong));
        }
        Some(self.members.row(number, self.text.get(place)?))
    }

    /// The next object with its number.
    pub(crate) fn next_json(&mut self) -> Option<(u64, &str)> {
        let (number, place) = self.next_place()?;
        Some((number, self.text.get(place)?))
    }

    fn next_place(&mut self) -> Option<(u64, Range<usize>)> {
        let place = element_after(&self.text, self.position)?;
        self.position = place.end;
        self.read += 1;
        Some((self.read, place))
    }
}

/// Where the next element of a whole array is. Their places are not kept: they would take more memory
/// than small elements.
fn element_after(text: &str, position: usize) -> Option<Range<usize>> {
    let rest = text.get(position..)?;
    let element = rest.trim_start_matches([' ', '\t', '\r', '\n', ',']);
    let start = position + rest.len() - element.len();
    let mut elements = serde_json::Deserializer::from_str(element).into_iter::<IgnoredAny>();
    elements.next()?.ok()?;
    Some(start..start + elements.byte_offset())
}
