//! What every log line and every message has, written without `format!`, which takes ten times as many
//! instructions.

use opentelemetry::trace::SpanContext;
use time::OffsetDateTime;

/// As RFC 3339 has it, to the microsecond; the time is in UTC and its year has four digits.
pub fn push_time(text: &mut String, time: OffsetDateTime) {
    let (date, clock) = (time.date(), time.time());
    push_digits(text, date.year().unsigned_abs(), 4);
    for (before, value) in [
        ('-', u8::from(date.month())),
        ('-', date.day()),
        ('T', clock.hour()),
        (':', clock.minute()),
        (':', clock.second()),
    ] {
        text.push(before);
        push_digits(text, value.into(), 2);
    }
    text.push('.');
    push_digits(text, clock.microsecond(), 6);
    text.push('Z');
}

/// The two ids, in hexadecimal digits.
pub(crate) fn push_ids(text: &mut String, span: &SpanContext, between: &str) {
    push_hex(text, &span.trace_id().to_bytes());
    text.push_str(between);
    push_hex(text, &span.span_id().to_bytes());
}

fn push_digits(text: &mut String, value: u32, digits: u32) {
    for position in (0..digits).rev() {
        push_digit(text, value / 10_u32.pow(position) % 10);
    }
}

fn push_hex(text: &mut String, bytes: &[u8]) {
    for byte in bytes {
        push_digit(text, u32::from(byte >> 4));
        push_digit(text, u32::from(byte & 0xf));
    }
}

fn push_digit(text: &mut String, digit: u32) {
    text.push(char::from_digit(digit, 16).unwrap_or('?'));
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
