use registrar_storage::{DeadLetterState, StoredDeadLetter};
use serde_json::Value;

use super::advice::advice;
use super::trace_id;
use crate::dead_letters::mask;
use crate::duration;
use crate::table::printable;

const INDENT: &str = "  ";

pub(super) fn describe(letter: &StoredDeadLetter, reveal: bool) -> String {
    let mut lines = vec![format!("Dead letter {}", letter.id)];
    let fields = fields(letter);
    let width = fields.iter().map(|(name, _)| name.len()).max().unwrap_or_default();
    lines.extend(fields.iter().filter_map(|(name, value)| {
        Some(format!("{INDENT}{name:<width$}  {}", printable(value.as_deref()?)))
    }));
    lines.extend([String::new(), format!("{INDENT}{}", advice(&letter.reason)), String::new()]);
    if reveal {
        lines.extend(letter.headers.iter().map(|(name, value)| {
            format!("{INDENT}Header {}: {}", printable(name), printable(value))
        }));
        lines.push(format!("{INDENT}Payload:"));
        lines.extend(body(&mask::revealed(&letter.payload)));
    } else {
        lines.push(format!("{INDENT}Payload, masked (--reveal shows it, and is recorded):"));
        lines.extend(body(&mask::masked(&letter.payload)));
    }
    lines.join("\n") + "\n"
}

fn fields(letter: &StoredDeadLetter) -> Vec<(&'static str, Option<String>)> {
    let ago = |moment| format!("{}, {} ago", duration::moment(moment), duration::age_since(moment));
    vec![
        ("State", Some(state(letter))),
        ("Hold reason", Some(letter.reason.clone())),
        ("Fingerprint", Some(letter.fingerprint.clone())),
        ("Registration", letter.registration_id.map(|id| id.to_string())),
        ("Lane", letter.lane.map(|lane| lane.to_string())),
        ("Attempts", Some(letter.attempts.to_string())),
        ("Accepted", letter.accepted_at.map(ago)),
        ("First held", Some(ago(letter.first_seen))),
        ("Last failed", Some(ago(letter.last_seen))),
        ("Trace", trace_id(letter)),
    ]
}

fn state(letter: &StoredDeadLetter) -> String {
    if letter.state == DeadLetterState::Held {
        return letter.state.to_string();
    }
    let changed_at = duration::moment(letter.state_changed_at);
    let by = letter.state_by.as_ref().map(|by| format!(" by {by}")).unwrap_or_default();
    let why = letter.state_reason.as_ref().map(|why| format!(": {why}")).unwrap_or_default();
    format!("{} at {changed_at}{by}{why}", letter.state)
}

fn body(payload: &Value) -> Vec<String> {
    let text = match payload {
        Value::String(text) => text.clone(),
        other => format!("{other:#}"),
    };
    text.lines().map(|line| format!("{INDENT}{INDENT}{}", printable(line))).collect()
}
