use registrar_domain::{FailedRow, Registration};

/// So many rows travel in one message.
pub const CHUNK_ROWS: usize = 500;
/// A chunk ends earlier when its values have so many bytes in the message, so that it stays small.
const CHUNK_BYTES: usize = 512 * 1024;

/// Rows that follow each other in a file.
#[derive(Debug, Default, PartialEq)]
pub struct Chunk {
    /// Those that are valid.
    pub registrations: Vec<Registration>,
    /// The others.
    pub invalid: Vec<FailedRow>,
    bytes: usize,
}

impl Chunk {
    pub fn rows(&self) -> usize {
        self.registrations.len() + self.invalid.len()
    }

    pub fn is_empty(&self) -> bool {
        self.rows() == 0
    }

    pub fn is_full(&self) -> bool {
        self.rows() >= CHUNK_ROWS || self.bytes >= CHUNK_BYTES
    }

    /// The number of the first, by which a chunk is named; 0 when it is empty.
    pub fn first_row(&self) -> u32 {
        let import = self.registrations.first().and_then(|registration| registration.import);
        let valid = import.map(|import| import.row);
        let invalid = self.invalid.first().map(|invalid| invalid.row);
        valid.into_iter().chain(invalid).min().unwrap_or_default()
    }

    pub fn add(&mut self, registration: Registration) {
        let student = &registration.student;
        self.bytes += student.first_name().as_str().len()
            + student.last_name().as_str().len()
            + student.email().as_str().len();
        self.registrations.push(registration);
    }

    pub fn add_invalid(&mut self, row: FailedRow) {
        self.bytes += row.values.iter().map(|value| json_len(value)).sum::<usize>();
        self.invalid.push(row);
    }
}

/// What JSON makes of a value that may be anything: six bytes of a control character, two of a quotation
/// mark. A valid value has few of either.
fn json_len(value: &str) -> usize {
    let more = |byte: u8| match byte {
        ..b' ' => "\\u0000".len() - 1,
        b'"' | b'\\' => 1,
        _ => 0,
    };
    value.len() + value.bytes().map(more).sum::<usize>()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_chunk_is_as_long_as_its_message_is() {
        let value = "\u{1}\"\\é".repeat(4_000);
        assert_eq!(json_len(&value), json!(value).to_string().len() - "\"\"".len());
        let mut chunk = Chunk::default();
        while !chunk.is_full() {
            let values = [value.clone(), String::new(), String::new()];
            chunk.add_invalid(FailedRow { row: 2, values, errors: Vec::new() });
        }
        assert_eq!(chunk.rows(), 1 + CHUNK_BYTES / json_len(&value));
    }
}
