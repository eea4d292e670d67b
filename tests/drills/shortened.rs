//! Prometheus' rules and Alertmanager's routes with every length of time divided by one factor, so that
//! a drill sees within seconds what takes an installation minutes, hours or days.
//!
//! What is divided is known by its place: ranges (`[5m]`, `[1h:30s]`), offsets, and the fields below. Rules
//! are evaluated more often by a factor of its own.
//! Thresholds stay as they are, also those in seconds: the programs whose metrics are compared with them run
//! at their usual intervals, such as the 15 s between two reads of the ledger.

/// An hour becomes a minute, five minutes five seconds.
pub(crate) const FACTOR: u64 = 60;

/// How much more often targets are scraped and rules evaluated: every second in place of every 15 s, and
/// every two in place of every 30 s. Two processors have no time for more beside the programs; the two keep
/// their proportion, by which each evaluation sees new samples.
pub(crate) const EVALUATION_FACTOR: u64 = 15;

/// How often a group of rules is evaluated.
const EVALUATION: &str = "interval";

/// Other fields whose values are lengths of time.
const FIELDS: [&str; 6] = [
    "for",
    "keep_firing_for",
    "group_wait",
    "group_interval",
    "repeat_interval",
    "resolve_timeout",
];

/// A file of rules or of routes with its lengths of time divided.
pub(crate) fn shortened(yaml: &str) -> String {
    let lines: Vec<_> = yaml.lines().map(shortened_line).collect();
    lines.join("\n") + "\n"
}

fn shortened_line(line: &str) -> String {
    if line.trim_start().starts_with('#') {
        return line.to_owned();
    }
    if let Some((before, name, value)) = field(line) {
        let factor = match name {
            EVALUATION => Some(EVALUATION_FACTOR),
            _ => FIELDS.contains(&name).then_some(FACTOR),
        };
        if let Some(factor) = factor {
            return format!("{before}{name}: {}", leading_duration_divided(value, factor));
        }
    }
    with_offsets_divided(&with_ranges_divided(line))
}

/// What is before a field's name, its name, and its value.
fn field(line: &str) -> Option<(&str, &str, &str)> {
    let (before_colon, value) = line.split_once(": ")?;
    let name = before_colon.trim_start_matches([' ', '-']);
    let before = &before_colon[..before_colon.len() - name.len()];
    Some((before, name, value.trim_start()))
}

fn with_ranges_divided(text: &str) -> String {
    let mut parts = text.split('[');
    let before = parts.next().unwrap_or_default().to_owned();
    parts.fold(before, |before, part| match part.split_once(']') {
        Some((range, after)) => format!("{before}[{}]{after}", range_divided(range)),
        None => format!("{before}[{part}"),
    })
}

/// A range, or a range and a resolution of a subquery. What is neither, as in a regular expression,
/// stays as it is.
fn range_divided(range: &str) -> String {
    let parts: Vec<_> =
        range.split(':').map(|part| leading_duration_divided(part, FACTOR)).collect();
    parts.join(":")
}

fn with_offsets_divided(text: &str) -> String {
    const OFFSET: &str = "offset ";
    let mut parts = text.split(OFFSET);
    let before = parts.next().unwrap_or_default().to_owned();
    parts.fold(before, |before, part| {
        let (minus, duration) = part.split_at(usize::from(part.starts_with('-')));
        format!("{before}{OFFSET}{minus}{}", leading_duration_divided(duration, FACTOR))
    })
}

/// With the duration at its beginning divided, if there is one.
fn leading_duration_divided(text: &str, factor: u64) -> String {
    let end = text.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(text.len());
    let (duration, after) = text.split_at(end);
    match milliseconds(duration) {
        Some(milliseconds) => format!("{}{after}", written((milliseconds / factor).max(1))),
        None => text.to_owned(),
    }
}

/// Reads a duration of Prometheus, like `1h30m`.
fn milliseconds(mut text: &str) -> Option<u64> {
    let mut sum = 0;
    if text.is_empty() {
        return None;
    }
    while !text.is_empty() {
        let digits = text.find(|c: char| !c.is_ascii_digit())?;
        let (number, rest) = text.split_at(digits);
        let end = rest.find(|c: char| c.is_ascii_digit()).unwrap_or(rest.len());
        let (unit, rest) = rest.split_at(end);
        sum += number.parse::<u64>().ok()? * milliseconds_of(unit)?;
        text = rest;
    }
    Some(sum)
}

fn milliseconds_of(unit: &str) -> Option<u64> {
    const SECOND: u64 = 1_000;
    const DAY: u64 = 24 * 60 * 60 * SECOND;
    Some(match unit {
        "ms" => 1,
        "s" => SECOND,
        "m" => 60 * SECOND,
        "h" => 60 * 60 * SECOND,
        "d" => DAY,
        "w" => 7 * DAY,
        "y" => 365 * DAY,
        _ => return None,
    })
}

fn written(milliseconds: u64) -> String {
    match milliseconds / 1_000 {
        seconds if milliseconds.is_multiple_of(1_000) => format!("{seconds}s"),
        _ => format!("{milliseconds}ms"),
    }
}

#[test]
fn ranges_offsets_and_fields_of_time_are_divided() {
    for (line, expected) in [
        ("expr: rate(a_total[5m]) > 0", "expr: rate(a_total[5s]) > 0"),
        ("  x - x offset 1h", "  x - x offset 60s"),
        ("  x offset -1m > 0", "  x offset -1s > 0"),
        ("  max_over_time(x[1h:30s])", "  max_over_time(x[60s:500ms])"),
        ("  max_over_time(x[90m:])", "  max_over_time(x[90s:])"),
        ("  rate(a[3d]) / rate(b[6h])", "  rate(a[4320s]) / rate(b[360s])"),
        ("        for: 10m", "        for: 10s"),
        ("        for: 1h30m # long", "        for: 90s # long"),
        ("  - interval: 30s", "  - interval: 2s"),
        ("    keep_firing_for: 15m", "    keep_firing_for: 15s"),
        ("  group_wait: 30s", "  group_wait: 500ms"),
    ] {
        assert_eq!(shortened(line), format!("{expected}\n"));
    }
}

#[test]
fn names_thresholds_texts_and_comments_stay_as_they_are() {
    for line in [
        "- record: registration:late:ratio_rate5m",
        "expr: time() - known_timestamp_seconds > 300",
        r#"  x{le=~"2(\\.0)?", code=~"5[0-9][0-9]"}"#,
        "# for: 10m, as in [5m]",
        "summary: waits for 10m, at an offset of some",
        "- alert: Offset",
    ] {
        assert_eq!(shortened(line), format!("{line}\n"));
    }
}
