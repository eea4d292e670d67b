//! `registrar keys list`

use std::process::ExitCode;

use clap::Args;
use registrar_runtime::output::{print, print_line};
use registrar_storage::{ImportKeys, StoredImportKey};
use serde_json::{Value, json};
use time::OffsetDateTime;

use crate::duration;
use crate::table::{Column, table};

#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// Print an array of keys as JSON.
    #[arg(long)]
    json: bool,
}

pub(super) async fn run(keys: &ImportKeys, arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let keys = keys.list().await?;
    if arguments.json {
        print_line(format_args!("{:#}", keys.iter().map(to_json).collect::<Value>()))?;
    } else if keys.is_empty() {
        print_line("There is no key yet. `registrar keys create NAME` makes one.")?;
    } else {
        let columns = [
            Column::Number("ID"),
            Column::Text("IMPORTER"),
            Column::Text("STATE"),
            Column::Text("CREATED"),
            Column::Text("BY"),
            Column::Text("EXPIRES"),
            Column::Text("REVOKED"),
        ];
        print(table(columns, &keys.iter().map(row).collect::<Vec<_>>()))?;
    }
    Ok(ExitCode::SUCCESS)
}

fn state(key: &StoredImportKey) -> &'static str {
    match (&key.revoked, key.is_valid) {
        (Some(_), _) => "revoked",
        (None, true) => "valid",
        (None, false) => "expired",
    }
}

fn row(key: &StoredImportKey) -> [String; 7] {
    let moment = |moment: Option<OffsetDateTime>| moment.map_or("-".to_owned(), duration::moment);
    let revoked = key.revoked.as_ref().map(|(at, by)| format!("{} by {by}", duration::moment(*at)));
    [
        key.id.to_string(),
        key.importer.clone(),
        state(key).to_owned(),
        duration::moment(key.created_at),
        key.created_by.clone(),
        moment(key.expires_at),
        revoked.unwrap_or("-".to_owned()),
    ]
}

fn to_json(key: &StoredImportKey) -> Value {
    let revoked = key.revoked.as_ref();
    json!({
        "id": key.id,
        "importer": key.importer,
        "state": state(key),
        "created_at": duration::moment(key.created_at),
        "created_by": key.created_by,
        "expires_at": key.expires_at.map(duration::moment),
        "revoked_at": revoked.map(|(at, _)| duration::moment(*at)),
        "revoked_by": revoked.map(|(_, by)| by),
    })
}
