//! Values that are written into the text of a statement, for numbers of rows of which no text stays
//! prepared.
//!
//! They are hexadecimal literals, so that no value can end its literal or be read as anything else,
//! whatever the server's modes; and times are digits. The server keeps nothing of such a statement.

use std::fmt::Write as _;

use time::PrimitiveDateTime;

const DIGITS: &[u8; 16] = b"0123456789ABCDEF";

#[derive(Clone, Copy, Debug)]
pub(crate) enum Value<'a> {
    Bytes(&'a [u8]),
    Text(&'a str),
    Time(PrimitiveDateTime),
    Number(u64),
    Null,
}

/// The rows as they stand behind `VALUES`.
pub(crate) fn rows<'a, R>(rows: impl Iterator<Item = R>) -> String
where
    R: IntoIterator<Item = Value<'a>>,
{
    let mut text = String::new();
    for row in rows {
        text.push_str(if text.is_empty() { "(" } else { ",(" });
        for (position, value) in row.into_iter().enumerate() {
            if position > 0 {
                text.push(',');
            }
            write_value(&mut text, value);
        }
        text.push(')');
    }
    text
}

fn write_value(text: &mut String, value: Value<'_>) {
    match value {
        Value::Bytes(bytes) => write_hexadecimal(text, "X'", bytes),
        Value::Text(value) => write_hexadecimal(text, "_utf8mb4 X'", value.as_bytes()),
        Value::Null => text.push_str("NULL"),
        Value::Number(number) => {
            // Writing to a string never fails.
            let _ = write!(text, "{number}");
        }
        Value::Time(time) => {
            let (year, month, day) = (time.year(), u8::from(time.month()), time.day());
            let (hour, minute, second, microsecond) = time.as_hms_micro();
            // Writing to a string never fails.
            let _ = write!(
                text,
                "'{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02}.{microsecond:06}'"
            );
        }
    }
}

fn write_hexadecimal(text: &mut String, begin: &str, bytes: &[u8]) {
    let digit = |four_bits: u8| char::from(DIGITS[usize::from(four_bits & 0xf)]);
    text.reserve(begin.len() + 2 * bytes.len() + 1);
    text.push_str(begin);
    for byte in bytes {
        text.push(digit(byte >> 4));
        text.push(digit(*byte));
    }
    text.push('\'');
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;

    #[test]
    fn values_are_digits_whatever_is_in_them() {
        let time = Value::Time(datetime!(2026-01-02 03:04:05.000_006));
        let written = rows(
            [
                [Value::Bytes(&[0x00, 0xff]), Value::Text("'); \\é"), time],
                [Value::Text(""), Value::Number(17), Value::Null],
            ]
            .into_iter(),
        );
        assert_eq!(
            written,
            "(X'00FF',_utf8mb4 X'27293B205CC3A9','2026-01-02 03:04:05.000006'),\
             (_utf8mb4 X'',17,NULL)"
        );
    }
}
