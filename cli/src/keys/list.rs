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
        print(keys_table(&keys))?;
    }
    Ok(ExitCode::SUCCESS)
}

/// For a terminal of 80 columns: the day of each moment, and last what may be long.
fn keys_table(keys: &[StoredImportKey]) -> String {
    let columns = [
        Column::Number("ID"),
        Column::Text("STATE"),
        Column::Text("CREATED"),
        Column::Text("EXPIRES"),
        Column::Text("REVOKED"),
        Column::Text("IMPORTER"),
    ];
    table(columns, &keys.iter().map(row).collect::<Vec<_>>())
}

fn state(key: &StoredImportKey) -> &'static str {
    match (&key.revoked, key.is_valid) {
        (Some(_), _) => "revoked",
        (None, true) => "valid",
        (None, false) => "expired",
    }
}

fn row(key: &StoredImportKey) -> [String; 6] {
    let by = |at: OffsetDateTime, by: &str| format!("{} by {by}", duration::day(at));
    let none = || "-".to_owned();
    [
        key.id.to_string(),
        state(key).to_owned(),
        by(key.created_at, &key.created_by),
        key.expires_at.map_or_else(none, duration::day),
        key.revoked.as_ref().map_or_else(none, |(at, operator)| by(*at, operator)),
        key.importer.clone(),
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

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;

    fn key(id: u64, importer: &str) -> StoredImportKey {
        StoredImportKey {
            id,
            importer: importer.to_owned(),
            created_at: datetime!(2026-11-27 20:14:03 UTC),
            created_by: "ada".to_owned(),
            expires_at: None,
            revoked: None,
            is_valid: true,
        }
    }

    #[test]
    fn a_terminal_of_80_columns_has_room_for_keys_and_a_long_name_moves_no_other_column() {
        let expired = StoredImportKey {
            expires_at: Some(datetime!(2027-01-31 08:00 UTC)),
            is_valid: false,
            ..key(12, "south")
        };
        let revoked = StoredImportKey {
            revoked: Some((datetime!(2026-12-24 23:59:59 -1), "grace".to_owned())),
            is_valid: false,
            ..key(103, &"n".repeat(100))
        };
        let shown = keys_table(&[key(1, "north-school"), expired, revoked]);
        let expected = format!(
            "\x20ID  STATE    CREATED            EXPIRES     REVOKED              IMPORTER
  1  valid    2026-11-27 by ada  -           -                    north-school
 12  expired  2026-11-27 by ada  2027-01-31  -                    south
103  revoked  2026-11-27 by ada  -           2026-12-25 by grace  {}
",
            "n".repeat(100)
        );
        assert_eq!(shown, expected);
    }
}
