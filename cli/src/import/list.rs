//! `registrar import list`

use std::process::ExitCode;

use clap::Args;
use registrar_runtime::output::{print, print_line};
use serde_json::{Value, json};

use super::api_arguments::ApiArguments;
use super::client::Client;
use super::report::{count, failed};
use crate::table::{Column, table};

#[derive(Debug, Args)]
pub(super) struct Arguments {
    #[command(flatten)]
    api: ApiArguments,

    /// All of them, and not only the newest.
    #[arg(long)]
    all: bool,

    /// Print an array of imports as JSON.
    #[arg(long)]
    json: bool,
}

pub(super) fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let client = Client::new(&arguments.api)?;
    let mut imports = Vec::new();
    let mut next = Some("/imports".to_owned());
    while let Some(path) = next {
        let mut page = client.get(&path)?.accepted()?.body;
        if let Some(Value::Array(page)) = page.get_mut("imports").map(Value::take) {
            imports.extend(page);
        }
        let more = page.get("next").and_then(Value::as_str).map(str::to_owned);
        next = more.filter(|_| arguments.all);
    }
    if arguments.json {
        print_line(format_args!("{:#}", json!(imports)))?;
    } else if imports.is_empty() {
        print_line("There are no imports yet. `registrar import FILE` makes one.")?;
    } else {
        let columns = [
            Column::Text("REFERENCE"),
            Column::Text("BEGUN"),
            Column::Text("STATUS"),
            Column::Number("DONE"),
            Column::Number("FAILED"),
            Column::Text("FILE"),
        ];
        print(table(columns, &imports.iter().map(row).collect::<Vec<_>>()))?;
    }
    Ok(ExitCode::SUCCESS)
}

fn row(import: &Value) -> [String; 6] {
    let text = |key: &str| import.get(key).and_then(Value::as_str).unwrap_or("-").to_owned();
    let done = count(import, "registered") + count(import, "unchanged");
    let failed = failed(import);
    // To the minute.
    let begun = text("started_at").replacen('T', " ", 1).chars().take(16).collect();
    let (status, name) = (text("status"), text("file_name"));
    [text("reference"), begun, status, done.to_string(), failed.to_string(), name]
}
