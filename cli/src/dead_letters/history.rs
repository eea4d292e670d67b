//! `registrar dead-letters history`

use std::process::ExitCode;

use clap::Args;
use registrar_runtime::config;
use registrar_runtime::output::{print, print_line};
use registrar_storage::AuditRecord;
use serde_json::{Value, json};

use super::admin::AdminArguments;
use crate::duration;
use crate::table::{Column, table};

#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// The most actions to show.
    #[arg(long, default_value = "20", value_parser = config::bounded(1_u32..=1_000))]
    limit: u32,

    /// Print an array of actions as JSON.
    #[arg(long)]
    json: bool,

    #[command(flatten)]
    admin: AdminArguments,
}

pub(super) async fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let actions = arguments.admin.open().actions(arguments.limit).await?;
    if arguments.json {
        print_line(format_args!("{:#}", actions.iter().map(to_json).collect::<Value>()))?;
    } else if actions.is_empty() {
        print_line("No dead letter was replayed, discarded or revealed yet.")?;
    } else {
        print(actions_table(&actions))?;
    }
    Ok(ExitCode::SUCCESS)
}

fn actions_table(actions: &[AuditRecord]) -> String {
    let columns = [
        Column::Number("ACTION"),
        Column::Text("WHEN"),
        Column::Text("WHO"),
        Column::Text("WHAT"),
        Column::Number("MATCHED"),
        Column::Number("DONE"),
        Column::Text("RESULT"),
        Column::Text("WHICH"),
        Column::Text("WHY"),
    ];
    let rows: Vec<_> = actions.iter().map(row).collect();
    table(columns, &rows)
}

fn row(action: &AuditRecord) -> [String; 9] {
    [
        action.id.to_string(),
        duration::moment(action.began_at),
        action.operator.clone(),
        action.kind.clone(),
        action.matched.to_string(),
        action.done.to_string(),
        action.result.clone().unwrap_or_else(|| "not ended".to_owned()),
        action.filter.clone(),
        action.reason.clone().unwrap_or_else(|| "-".to_owned()),
    ]
}

fn to_json(action: &AuditRecord) -> Value {
    json!({
        "action": action.id,
        "began_at": duration::moment(action.began_at),
        "operator": action.operator,
        "kind": action.kind,
        "matched": action.matched,
        "done": action.done,
        "result": action.result,
        "filter": serde_json::from_str::<Value>(&action.filter).unwrap_or_default(),
        "reason": action.reason,
    })
}
