//! `registrar dead-letters show`

mod advice;
mod text;

use std::process::ExitCode;

use clap::Args;
use registrar_domain::Lane;
use registrar_runtime::config;
use registrar_runtime::output::{print, print_error, print_line};
use registrar_storage::{
    Action, ActionKind, ActionResult, DeadLetterAdmin, DeadLetterFilter, DeadLetterState,
    MatchedDeadLetters, StoredDeadLetter,
};
use registrar_telemetry::propagation;
use serde_json::{Value, json};

use super::admin::AdminArguments;
use super::filter::{FilterArguments, ShownState, shown_state};
use super::{NOTHING_MATCHES, mask};
use crate::duration;
use crate::operator::{OperatorArguments, reason};

#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// The most dead letters to show, the oldest first.
    #[arg(long, default_value = "10", value_parser = config::bounded(1_u32..=1_000))]
    limit: u32,

    /// Show personal data too. That is recorded.
    #[arg(long)]
    reveal: bool,

    /// Why, for the record.
    #[arg(long, value_name = "TEXT", value_parser = reason, requires = "reveal")]
    reason: Option<String>,

    #[command(flatten)]
    operator: OperatorArguments,

    /// Print an array of dead letters as JSON.
    #[arg(long)]
    json: bool,

    #[command(flatten)]
    filter: FilterArguments,

    /// In this state; without it held ones, or any that are named.
    #[arg(long, value_parser = shown_state())]
    state: Option<ShownState>,

    #[command(flatten)]
    admin: AdminArguments,
}

impl Arguments {
    fn filter(&self) -> DeadLetterFilter {
        let usual = (!self.filter.names_letters()).then_some(DeadLetterState::Held);
        self.filter.filter(self.state.map_or(usual, |ShownState(state)| state))
    }
}

pub(super) async fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let (admin, filter) = (arguments.admin.open(), arguments.filter());
    let matched = admin.matched(&filter).await?;
    let letters = admin.list(&filter, 0, matched.last_id, arguments.limit).await?;
    if letters.is_empty() {
        print_error("No dead letter matches.");
        return Ok(ExitCode::from(NOTHING_MATCHES));
    }
    if arguments.reveal {
        record(arguments, &admin, filter, &letters).await?;
    }
    if arguments.json {
        let letters: Value = letters.iter().map(|one| to_json(one, arguments.reveal)).collect();
        print_line(format_args!("{letters:#}"))?;
    } else {
        let letters: Vec<_> =
            letters.iter().map(|one| text::describe(one, arguments.reveal)).collect();
        print(format_args!("{}{}", letters.join("\n"), more(matched, letters.len())))?;
    }
    Ok(ExitCode::SUCCESS)
}

/// Before anything is shown.
async fn record(
    arguments: &Arguments,
    admin: &DeadLetterAdmin,
    filter: DeadLetterFilter,
    letters: &[StoredDeadLetter],
) -> anyhow::Result<()> {
    let revealed = letters.len() as u64;
    let action = Action {
        kind: ActionKind::Reveal,
        operator: arguments.operator.name()?,
        reason: arguments.reason.clone(),
        filter,
        matched: revealed,
    };
    let action = admin.begin(&action).await?;
    Ok(admin.record(action, revealed, Some(ActionResult::Done)).await?)
}

fn more(matched: MatchedDeadLetters, shown: usize) -> String {
    match matched.count.saturating_sub(shown as u64) {
        0 => String::new(),
        more => format!("\n{more} more; --limit shows more at once.\n"),
    }
}

fn trace_id(letter: &StoredDeadLetter) -> Option<String> {
    let original = propagation::span_in(&propagation::extract(&letter.headers))?;
    Some(original.trace_id().to_string())
}

fn to_json(letter: &StoredDeadLetter, reveal: bool) -> Value {
    let payload = if reveal { mask::revealed } else { mask::masked };
    let mut shown = json!({
        "dead_letter": letter.id,
        // Its name in the version before.
        "letter": letter.id,
        "registration_id": letter.registration_id.map(|id| id.to_string()),
        "hold_reason": letter.reason,
        "fingerprint": letter.fingerprint,
        "lane": letter.lane.map(Lane::as_str),
        "attempts": letter.attempts,
        "accepted_at": letter.accepted_at.map(duration::moment),
        "first_seen": duration::moment(letter.first_seen),
        "last_seen": duration::moment(letter.last_seen),
        "state": letter.state.as_str(),
        "state_reason": letter.state_reason,
        "state_by": letter.state_by,
        "state_changed_at": duration::moment(letter.state_changed_at),
        "trace_id": trace_id(letter),
        "payload": payload(&letter.payload),
    });
    if reveal {
        shown["message_id"] = json!(letter.message_id);
        shown["headers"] = json!(letter.headers);
    }
    shown
}
