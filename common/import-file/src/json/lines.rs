use std::borrow::Cow;
use std::io::Read;
use std::ops::Range;

use super::object::Members;
use crate::error::{FileError, ReadError};
use crate::error_file::BYTE_ORDER_MARK;
use crate::header::ColumnNames;
use crate::import_file::UsedColumn;
use crate::row::{Row, RowProblem};
use crate::text::Text;
use crate::{HEADER_WITHIN_ROWS, ROW_MAX_BYTES};

/// Objects that stand in a line each (NDJSON, JSON Lines).
pub(crate) struct LineRows {
    members: Members,
    text: Vec<u8>,
    position: usize,
    ended: bool,
    lines: u64,
}

impl LineRows {
    pub(crate) fn new(start: Vec<u8>, names: &ColumnNames) -> Result<Self, ReadError> {
        let lines = start.split(|byte| *byte == b'\n').filter_map(|line| str::from_utf8(line).ok());
        let mut lines = lines.map(bare).filter(|line| !line.is_empty()).peekable();
        let first = lines.peek().map(|line| serde_json::from_str::<serde::de::IgnoredAny>(line));
        if first.is_some_and(|first| first.is_err_and(|error| error.is_eof())) {
            return Err(FileError::JsonNotByLine.into());
        }
        let members = Members::learn(lines.take(HEADER_WITHIN_ROWS), names)?;
        Ok(Self { members, text: start, position: 0, ended: false, lines: 0 })
    }

    pub(crate) fn columns(&self) -> &[UsedColumn] {
        self.members.columns()
    }

    pub(crate) fn ignored(&self) -> Vec<String> {
        self.members.ignored()
    }

    pub(crate) fn next<R: Read>(
        &mut self,
        text: &mut Text<R>,
    ) -> Result<Option<Row<'_>>, ReadError> {
        let Some((number, place)) = self.next_place(text)? else { return Ok(None) };
        let line = &self.text[place];
        if line.len() > ROW_MAX_BYTES {
            return Ok(Some(Row::without_values(number, RowProblem::TooLong)));
        }
        Ok(Some(match str::from_utf8(line) {
            Ok(line) => self.members.row(number, bare(line)),
            Err(_) => Row::without_values(number, RowProblem::NotText),
        }))
    }

    /// The next line that is not blank, with its number.
    pub(crate) fn next_json<R: Read>(
        &mut self,
        text: &mut Text<R>,
    ) -> Result<Option<(u64, Cow<'_, str>)>, ReadError> {
        let place = self.next_place(text)?;
        Ok(place.map(|(number, place)| {
            let line = match String::from_utf8_lossy(&self.text[place]) {
                Cow::Borrowed(line) => Cow::Borrowed(bare(line)),
                Cow::Owned(line) => Cow::Owned(bare(&line).to_owned()),
            };
            (number, line)
        }))
    }

    fn next_place<R: Read>(
        &mut self,
        text: &mut Text<R>,
    ) -> Result<Option<(u64, Range<usize>)>, ReadError> {
        while let Some(place) = self.next_line(text)? {
            self.lines += 1;
            if !self.text[place.clone()].trim_ascii().is_empty() {
                return Ok(Some((self.lines, place)));
            }
        }
        Ok(None)
    }

    /// Where the next line is in the text; of one that is too long, its end.
    fn next_line<R: Read>(
        &mut self,
        text: &mut Text<R>,
    ) -> Result<Option<Range<usize>>, ReadError> {
        let mut looked_at = self.position;
        loop {
            let rest = &self.text[looked_at..];
            if let Some(end) = rest.iter().position(|byte| *byte == b'\n') {
                let start = self.position;
                self.position = looked_at + end + 1;
                return Ok(Some(start..looked_at + end));
            }
            looked_at = self.text.len();
            if self.ended {
                let start = self.position;
                self.position = looked_at;
                return Ok((start < looked_at).then_some(start..looked_at));
            }
            self.text.drain(..self.position);
            looked_at -= self.position;
            self.position = 0;
            // What is too long is too long, however long it is.
            if self.text.len() > 2 * ROW_MAX_BYTES {
                self.text.truncate(ROW_MAX_BYTES + 1);
                looked_at = self.text.len();
            }
            self.ended = !text.fill(&mut self.text)?;
        }
    }
}

/// A line without what is no part of its object: a byte order mark, as files that were put together
/// have, the comma of a list, and what old programs end a file with.
fn bare(line: &str) -> &str {
    let line = line.trim_start_matches(BYTE_ORDER_MARK).trim_matches(['\0', '\u{1a}']).trim();
    match line.strip_suffix(',') {
        Some(object) if object.trim_end().ends_with('}') => object,
        _ => line,
    }
}
