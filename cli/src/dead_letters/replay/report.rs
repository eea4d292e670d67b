//! What a replay reports: lines for people, or one JSON object.

use std::cell::Cell;

use registrar_runtime::output::{OutputError, print, print_error, print_line, report, report_line};
use registrar_storage::{ActionResult, DeadLetterGroup, DeadLetterState, MatchedDeadLetters};
use serde_json::{Value, json};

use super::tally::{Recurrence, Tally};
use crate::dead_letters::list::{counted, groups_table};
use crate::table::printable;

const LISTED: usize = 5;

pub(super) struct Report {
    json: bool,
    state: DeadLetterState,
    thousands_reported: Cell<u64>,
}

impl Report {
    /// As JSON or not, on a replay of letters in this state.
    pub(super) fn new(json: bool, state: DeadLetterState) -> Self {
        Self { json, state, thousands_reported: Cell::new(0) }
    }

    pub(super) fn nothing_matches(&self) {
        print_error(format_args!("No {} dead letter matches.", self.state));
    }

    pub(super) fn dry_run(
        &self,
        groups: &[DeadLetterGroup],
        steps: &[u64],
    ) -> Result<(), OutputError> {
        let letters = steps.iter().sum();
        if self.json {
            return print_line(json!({"dry_run": true, "matched": letters, "steps": steps}));
        }
        let steps: Vec<_> = steps.iter().map(ToString::to_string).collect();
        print(format_args!(
            "{}\nWould replay {}, in steps of {}. Nothing was done.\n",
            groups_table(groups),
            counted(letters, "dead letter"),
            steps.join(", ")
        ))
    }

    pub(super) fn on_the_way(&self, tally: &Tally) {
        let thousands = tally.replayed / 1_000;
        if !self.json && self.thousands_reported.replace(thousands) < thousands {
            report_line(format_args!("  {}", so_far(tally)));
        }
    }

    pub(super) fn step(&self, number: usize, of: usize, tally: &Tally) {
        if !self.json {
            report_line(format_args!("Step {number} of {of}: {}", so_far(tally)));
        }
    }

    pub(super) fn end(&self, action: u64, matched: MatchedDeadLetters, tally: &Tally) {
        if self.json {
            report_line(format_args!("{:#}", to_json(action, matched, tally)));
        } else {
            report(conclusion(matched, tally));
        }
    }
}

fn so_far(tally: &Tally) -> String {
    let mut parts = vec![format!("{} replayed", tally.replayed)];
    let counts = [
        (tally.registered, "registered"),
        (tally.rejected, "rejected"),
        (tally.recurred.len() as u64, "on hold again"),
        (tally.undecided.len() as u64, "undecided"),
    ];
    let counts = counts.iter().filter(|(count, _)| *count > 0);
    parts.extend(counts.map(|(count, what)| format!("{count} {what}")));
    parts.join(", ")
}

fn conclusion(matched: MatchedDeadLetters, tally: &Tally) -> String {
    let mut lines = Vec::new();
    for one in tally.recurred.iter().take(LISTED) {
        lines.push(recurrence_line(one));
    }
    if tally.recurred.len() > LISTED {
        lines.push(format!("{} more are on hold again.", tally.recurred.len() - LISTED));
    }
    if !tally.undecided.is_empty() {
        let letters: Vec<_> = tally.undecided.iter().take(LISTED).map(u64::to_string).collect();
        let more = if tally.undecided.len() > LISTED { " and more" } else { "" };
        lines.push(format!(
            "No outcome in time of dead letters {}{more}: their messages are in the queue and will \
             be decided. See whether workers run, and how long the queue is.",
            letters.join(", ")
        ));
    }
    lines.extend(tally.failure.as_deref().map(printable));
    lines.push(end(tally.result(), matched.count.saturating_sub(tally.replayed)));
    lines.join("\n") + "\n"
}

fn end(result: ActionResult, left: u64) -> String {
    let what_next = match result {
        ActionResult::Done => return "Done.".to_owned(),
        ActionResult::Recurred => "fix the cause first",
        ActionResult::Undecided | ActionResult::Interrupted | ActionResult::Failed => {
            "the same command goes on"
        }
    };
    if left == 0 {
        return format!("Stopped: {what_next}.");
    }
    format!("Stopped: {what_next}. {} not replayed.", was_or_were(left))
}

fn was_or_were(letters: u64) -> String {
    let verb = if letters == 1 { "was" } else { "were" };
    format!("{} {verb}", counted(letters, "dead letter"))
}

fn recurrence_line(one: &Recurrence) -> String {
    let fingerprint = one.fingerprint.as_deref().unwrap_or_default();
    format!(
        "Dead letter {} is on hold again: {} {}",
        one.letter,
        printable(&one.reason),
        printable(fingerprint)
    )
}

fn to_json(action: u64, matched: MatchedDeadLetters, tally: &Tally) -> Value {
    let recurred = tally.recurred.iter().map(|one| {
        json!({
            "dead_letter": one.letter,
            // Its name in the version before.
            "letter": one.letter,
            "hold_reason": one.reason,
            "fingerprint": one.fingerprint,
        })
    });
    json!({
        "action": action,
        "matched": matched.count,
        "replayed": tally.replayed,
        "registered": tally.registered,
        "rejected": tally.rejected,
        "recurred": recurred.collect::<Value>(),
        "undecided": tally.undecided,
        "result": tally.result().as_str(),
        "failure": tally.failure,
    })
}
