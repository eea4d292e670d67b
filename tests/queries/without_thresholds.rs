//! Alerts as they would be if every threshold were reached.
//!
//! An alert has no answer while nothing is wrong, and none either when it asks for a series that does
//! not exist. So comparisons become `bool`, which keeps both sides' series; `unless`, which removes
//! series, becomes `and`, which needs both; `absent`, which exists for a series that does not, `count`;
//! and offsets are dropped, since a test has no data of an hour ago.

const COMPARISONS: [&str; 6] = ["==", "!=", ">=", "<=", ">", "<"];

pub(crate) fn without_thresholds(expression: &str) -> String {
    let mut result = String::new();
    for (text, is_code) in code_and_selectors(expression) {
        result += &if is_code { without_thresholds_in(text) } else { text.to_owned() };
    }
    result
}

fn without_thresholds_in(code: &str) -> String {
    let code = without_offsets(code)
        .replace("unless", "and")
        .replace("absent(", "count(")
        .replace("absent_over_time(", "count_over_time(");
    let mut rest = code.as_str();
    let mut result = String::new();
    while let Some(first) = rest.chars().next() {
        let comparison = COMPARISONS.iter().find(|operator| rest.starts_with(*operator));
        if let Some(operator) = comparison {
            result += operator;
            rest = rest[operator.len()..].trim_start();
            result += if rest.starts_with("bool") { " " } else { " bool " };
        } else {
            result.push(first);
            rest = &rest[first.len_utf8()..];
        }
    }
    result
}

fn without_offsets(code: &str) -> String {
    let mut parts = code.split(" offset ");
    let mut result = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let is_duration = |character: char| character.is_ascii_alphanumeric() || character == '-';
        result += part.trim_start_matches(is_duration);
    }
    result
}

/// What is between braces or quotes has operators of its own.
fn code_and_selectors(expression: &str) -> Vec<(&str, bool)> {
    let mut parts = Vec::new();
    let (mut begin, mut depth, mut quote) = (0, 0, None);
    let mut previous = ' ';
    for (at, character) in expression.char_indices() {
        match (character, quote) {
            ('"' | '\'', None) => quote = Some(character),
            (_, Some(open)) if character == open && previous != '\\' => quote = None,
            ('{', None) => {
                if depth == 0 {
                    parts.push((&expression[begin..at], true));
                    begin = at;
                }
                depth += 1;
            }
            ('}', None) => {
                depth -= 1;
                if depth == 0 {
                    parts.push((&expression[begin..=at], false));
                    begin = at + 1;
                }
            }
            _ => {}
        }
        previous = if previous == '\\' && character == '\\' { ' ' } else { character };
    }
    parts.push((&expression[begin..], true));
    parts
}

#[test]
fn thresholds_are_taken_out_and_matchers_stay() {
    for (alert, expected) in [
        ("up == 0", "up == bool 0"),
        ("a > 14.4 * 0.001 and b>5", "a > bool 14.4 * 0.001 and b> bool 5"),
        ("a{le=~\"2(\\\\.0)?\",x!=\"}>\"} >= 1", "a{le=~\"2(\\\\.0)?\",x!=\"}>\"} >= bool 1"),
        ("a != on (lane) b", "a != bool on (lane) b"),
        ("a > bool 1", "a > bool 1"),
        ("a unless on (lane) b > 0", "a and on (lane) b > bool 0"),
        (
            "max_over_time(a{b=\"c\"}[5m] offset 5m) - d offset 1h > 0",
            "max_over_time(a{b=\"c\"}[5m]) - d > bool 0",
        ),
        ("absent(up{job=\"x\"})", "count(up{job=\"x\"})"),
    ] {
        assert_eq!(without_thresholds(alert), expected);
    }
}
