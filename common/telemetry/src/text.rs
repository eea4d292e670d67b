//! What every log line and every message has, written without `format!`, which takes ten times as many
//! instructions.

use opentelemetry::trace::SpanContext;
use time::OffsetDateTime;

const HEX_DIGITS: &[u8; 16] = b"0123456789abcdef";

/// As RFC 3339 has it, to the microsecond; the time is in UTC and its year has four digits.
pub fn push_time(text: &mut String, time: OffsetDateTime) {
    let mut bytes = *b"0000-00-00T00:00:00.000000Z";
    let (date, clock) = (time.date(), time.time());
    write_digits(&mut bytes[..4], date.year().unsigned_abs());
    write_digits(&mut bytes[5..7], u8::from(date.month()).into());
    write_digits(&mut bytes[8..10], date.day().into());
    write_digits(&mut bytes[11..13], clock.hour().into());
    write_digits(&mut bytes[14..16], clock.minute().into());
    write_digits(&mut bytes[17..19], clock.second().into());
    write_digits(&mut bytes[20..26], clock.microsecond());
    push_ascii(text, &bytes);
}

/// The two ids, in hexadecimal digits.
pub(crate) fn push_ids(text: &mut String, span: &SpanContext, between: &str) {
    push_hex(text, &mut [0; 32], &span.trace_id().to_bytes());
    text.push_str(between);
    push_hex(text, &mut [0; 16], &span.span_id().to_bytes());
}

fn write_digits(digits: &mut [u8], mut value: u32) {
    for digit in digits.iter_mut().rev() {
        let [last, ..] = (value % 10).to_le_bytes();
        *digit = b'0' + last;
        value /= 10;
    }
}

fn push_hex(text: &mut String, digits: &mut [u8], bytes: &[u8]) {
    for (pair, byte) in digits.chunks_exact_mut(2).zip(bytes) {
        pair[0] = HEX_DIGITS[usize::from(byte >> 4)];
        pair[1] = HEX_DIGITS[usize::from(byte & 0xf)];
    }
    push_ascii(text, digits);
}

fn push_ascii(text: &mut String, ascii: &[u8]) {
    text.push_str(str::from_utf8(ascii).unwrap_or_default());
}

#[cfg(test)]
mod tests {
    use opentelemetry::trace::{SpanId, TraceFlags, TraceId, TraceState};
    use time::macros::datetime;

    use super::*;

    #[test]
    fn a_time_has_all_its_digits() {
        for (time, expected) in [
            (datetime!(2026-01-02 03:04:05.000006 UTC), "2026-01-02T03:04:05.000006Z"),
            (datetime!(2026-11-22 13:14:15.123456789 UTC), "2026-11-22T13:14:15.123456Z"),
        ] {
            let mut text = String::new();
            push_time(&mut text, time);
            assert_eq!(text, expected);
        }
    }

    #[test]
    fn ids_are_written_as_they_print_themselves() {
        let (trace, span) = (TraceId::from(0x0af7_6519 << 90 | 0xc), SpanId::from(0x00ad_6b71));
        let state = TraceState::NONE;
        let context = SpanContext::new(trace, span, TraceFlags::NOT_SAMPLED, false, state);
        let mut text = String::new();
        push_ids(&mut text, &context, " ");
        assert_eq!(text, format!("{trace} {span}"));
    }
}
