//! What an answer of the API says to a person, and to a script by the exit code.

mod understood;

use std::path::Path;

use serde_json::Value;

pub(super) use self::understood::understood;
use super::arguments::file_word;
use crate::table::printable;

/// The exit code of an error, with which nothing was done, is 2, as everywhere.
pub(super) const ALL: u8 = 0;
pub(super) const SOME_NOT: u8 = 1;
pub(super) const NOT_DECIDED: u8 = 3;

/// So many errors are shown at a terminal.
const SHOWN_ERRORS: usize = 10;

/// Of an import, or of the answer to an upload or a dry run.
pub(super) fn exit_code(answer: &Value) -> u8 {
    let is_cut = answer.get("broken_off").is_some();
    let failed = ["invalid", "rejected", "on_hold", "duplicates"].map(|key| count(answer, key));
    let is_whole = !is_cut && failed.iter().sum::<u64>() == 0;
    match answer.get("status").and_then(Value::as_str) {
        Some("accepted" | "checked" | "finished") if is_whole => ALL,
        Some("accepted" | "checked" | "finished" | "cancelled" | "broken_off") => SOME_NOT,
        _ => NOT_DECIDED,
    }
}

pub(super) fn count(answer: &Value, key: &str) -> u64 {
    answer.get(key).and_then(Value::as_u64).unwrap_or_default()
}

/// Rows of an import that did not make it.
pub(super) fn failed(import: &Value) -> u64 {
    ["rejected", "invalid", "on_hold"].iter().map(|key| count(import, key)).sum()
}

pub(super) fn message(answer: &Value) -> String {
    let message = answer.get("message").and_then(Value::as_str);
    printable(message.unwrap_or("The API gave no message."))
}

/// The first errors of the answer to an upload, a line each.
pub(super) fn errors(answer: &Value) -> Vec<String> {
    let errors = answer.get("errors").and_then(Value::as_array);
    let errors = errors.map(Vec::as_slice).unwrap_or_default();
    let line = |error: &Value| {
        let row = error.get("row")?.as_u64()?;
        let message = printable(error.get("message")?.as_str()?);
        let column = error.get("column").and_then(Value::as_str);
        Some(match column {
            Some(column) => format!("  row {row}, {column}: {message}"),
            None => format!("  row {row}: {message}"),
        })
    };
    let mut lines: Vec<_> = errors.iter().take(SHOWN_ERRORS).filter_map(line).collect();
    if errors.len() > SHOWN_ERRORS {
        lines.push("  and more".to_owned());
    }
    lines
}

/// The counts of an import, which add up to its rows.
pub(super) fn counts(import: &Value) -> Vec<String> {
    let counts = [
        ("registered", "registered"),
        ("unchanged", "registered before, unchanged"),
        ("rejected", "rejected"),
        ("invalid", "invalid"),
        ("on_hold", "on hold"),
        ("waiting", "waiting"),
    ];
    let counted = counts.map(|(key, label)| (count(import, key), label));
    let width = counted.iter().map(|(count, _)| count.to_string().len()).max().unwrap_or(1);
    let shown = counted.iter().filter(|(count, _)| *count > 0);
    shown.map(|(count, label)| format!("  {count:>width$} {label}")).collect()
}

/// Lines that a terminal of 80 columns shows without breaking words. A command to be typed stays whole.
pub(super) fn wrapped(text: &str) -> String {
    const COLUMNS: usize = 79;
    let mut wrapped = String::new();
    for line in text.lines() {
        let indent = if line.starts_with("  ") { "    " } else { "" };
        let is_command = line.starts_with("  registrar ");
        let mut width = 0;
        for (at, word) in line.split(' ').enumerate() {
            let length = word.chars().count();
            if at > 0 && !is_command && width + 1 + length > COLUMNS {
                wrapped.push('\n');
                wrapped.push_str(indent);
                width = indent.len();
            } else if at > 0 {
                wrapped.push(' ');
                width += 1;
            }
            wrapped.push_str(word);
            width += length;
        }
        wrapped.push('\n');
    }
    wrapped
}

/// What to do with an error file, and where the one is that was there before.
pub(super) fn next_step(error_file: &Path, before: Option<&Path>, flags: &str) -> String {
    let word = file_word(error_file);
    let before = before.map(|before| {
        format!("The error file that was there before is now {}.\n", before.display())
    });
    format!(
        "{}Why, and what to do, is in {}. Correct the rows there, and import them:\n  registrar import \
         --wait {word}{flags}",
        before.unwrap_or_default(),
        error_file.display()
    )
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_exit_code_says_whether_every_row_is_registered() {
        for (answer, expected) in [
            (json!({"status": "finished", "registered": 3, "unchanged": 2}), 0),
            (json!({"status": "finished", "registered": 3, "rejected": 1}), 1),
            (json!({"status": "finished", "on_hold": 1}), 1),
            (json!({"status": "cancelled", "registered": 3}), 1),
            (json!({"status": "broken_off", "broken_off": "gzip_broken"}), 1),
            (json!({"status": "processing", "invalid": 1}), 3),
            (json!({"status": "receiving"}), 3),
            (json!({"status": "accepted", "accepted": 3, "invalid": 0}), 0),
            (json!({"status": "accepted", "accepted": 3, "invalid": 1}), 1),
            (json!({"status": "accepted", "broken_off": {"code": "gzip_broken"}}), 1),
            (json!({"status": "checked", "new": 1, "duplicates": 0}), 0),
            (json!({"status": "checked", "new": 1, "duplicates": 1}), 1),
        ] {
            assert_eq!(exit_code(&answer), expected, "{answer}");
        }
    }

    #[test]
    fn the_first_errors_are_shown_with_their_rows() {
        let error =
            |row: u64| json!({"row": row, "column": "email", "message": "Enter one.\u{1b}"});
        let whole = json!({"row": 9, "message": "Fill in all three columns."});
        let some = json!({"errors": [error(2), whole]});
        assert_eq!(
            errors(&some),
            ["  row 2, email: Enter one.\\u{1b}", "  row 9: Fill in all three columns."]
        );
        let many = json!({"errors": (0..50).map(error).collect::<Vec<_>>()});
        assert_eq!(errors(&many).len(), SHOWN_ERRORS + 1);
    }

    #[test]
    fn counts_of_nothing_are_left_out() {
        let import = json!({"registered": 1_198, "rejected": 2, "waiting": 0});
        assert_eq!(counts(&import), ["  1198 registered", "     2 rejected"]);
    }

    #[test]
    fn lines_break_between_words_and_commands_do_not() {
        let long = ["word"; 20].join(" ");
        let text = wrapped(&format!("{long}\n  row 5: {long}\n  registrar import {long}\nend"));
        let lines: Vec<_> = text.lines().collect();
        assert_eq!(lines[0], ["word"; 16].join(" "));
        assert_eq!(lines[1], ["word"; 4].join(" "));
        assert!(lines[2].starts_with("  row 5: word") && lines[3].starts_with("    word"));
        assert_eq!(lines[4], format!("  registrar import {long}"));
        assert_eq!(lines[5], "end");
        assert!(lines[..4].iter().all(|line| line.chars().count() < 80), "{text}");
    }

    #[test]
    fn the_next_step_can_be_typed() {
        let file = Path::new("my list.csv.errors.csv");
        let step = next_step(file, None, " --column email=Kontakt");
        let line = "  registrar import --wait 'my list.csv.errors.csv' --column email=Kontakt";
        assert_eq!(step.lines().last(), Some(line));
        let step = next_step(file, Some(Path::new("before.csv")), "");
        assert!(step.starts_with("The error file that was there before is now before.csv.\n"));
    }
}
