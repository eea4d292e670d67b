//! `registrar dead-letters list`

use std::process::ExitCode;

use clap::Args;
use registrar_runtime::output::{print, print_line};
use registrar_storage::{DeadLetterFilter, DeadLetterGroup, DeadLetterState};
use serde_json::{Value, json};

use super::admin::AdminArguments;
use super::filter::{FilterArguments, ShownState, shown_state};
use crate::duration;
use crate::table::{Column, printable, table};

#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// Print an array of groups as JSON.
    #[arg(long)]
    json: bool,

    #[command(flatten)]
    filter: FilterArguments,

    /// In this state.
    #[arg(long, value_parser = shown_state(), default_value = "held")]
    state: ShownState,

    #[command(flatten)]
    admin: AdminArguments,
}

pub(super) async fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let ShownState(state) = arguments.state;
    let filter = arguments.filter.filter(state);
    let groups = arguments.admin.open().groups(&filter).await?;
    if arguments.json {
        print_line(groups.iter().map(to_json).collect::<Value>())?;
    } else if groups.is_empty() {
        print_line(nothing(&filter))?;
    } else {
        print(format_args!("{}\n{}", groups_table(&groups), summary(&groups)))?;
    }
    Ok(ExitCode::SUCCESS)
}

fn nothing(filter: &DeadLetterFilter) -> String {
    match filter.state {
        Some(DeadLetterState::Held) if filter.is_empty() => "Nothing is on hold.".to_owned(),
        Some(state) => format!("No {state} dead letter matches."),
        None => "No dead letter matches.".to_owned(),
    }
}

/// The groups as a table; also what a dry run shows.
pub(super) fn groups_table(groups: &[DeadLetterGroup]) -> String {
    let columns = [
        Column::Number("DEAD LETTERS"),
        Column::Text("HOLD REASON"),
        Column::Text("FINGERPRINT"),
        Column::Text("LANES"),
        Column::Number("OLDEST"),
        Column::Number("LAST FAILED"),
        Column::Number("ATTEMPTS"),
        Column::Number("EXAMPLE"),
    ];
    let rows: Vec<_> = groups.iter().map(row).collect();
    table(columns, &rows)
}

fn row(group: &DeadLetterGroup) -> [String; 8] {
    let lanes = if group.lanes.is_empty() { "-".to_owned() } else { group.lanes.join(",") };
    [
        group.count.to_string(),
        group.reason.clone(),
        group.fingerprint.clone(),
        lanes,
        duration::age_since(group.first_seen),
        duration::age_since(group.last_seen),
        group.attempts.to_string(),
        group.example.to_string(),
    ]
}

fn summary(groups: &[DeadLetterGroup]) -> String {
    let letters: u64 = groups.iter().map(|group| group.count).sum();
    let Some(first) = groups.first() else { return String::new() };
    format!(
        "{} in {}. To see one, and what a replay would do:\n  \
         registrar dead-letters show {}\n  \
         registrar dead-letters replay --dry-run --fingerprint '{}'\n",
        counted(letters, "dead letter"),
        counted(groups.len() as u64, "group"),
        first.example,
        printable(&first.fingerprint),
    )
}

/// `1 group`, `2 groups`.
pub(super) fn counted(count: u64, what: &str) -> String {
    let plural = if count == 1 { "" } else { "s" };
    format!("{count} {what}{plural}")
}

fn to_json(group: &DeadLetterGroup) -> Value {
    json!({
        "hold_reason": group.reason,
        "fingerprint": group.fingerprint,
        "lanes": group.lanes,
        "dead_letters": group.count,
        // Its name in the version before.
        "letters": group.count,
        "first_seen": duration::moment(group.first_seen),
        "last_seen": duration::moment(group.last_seen),
        "attempts": group.attempts,
        "example": group.example,
    })
}
