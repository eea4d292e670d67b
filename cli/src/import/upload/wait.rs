//! Follows an import until every row is decided.

use std::thread;
use std::time::{Duration, Instant};

use anyhow::bail;
use serde_json::Value;

use super::progress::{Counted, Progress};
use crate::import::client::{Client, Refusal, import_path};
use crate::import::interrupt::Interrupt;
use crate::import::report::count;

const ASK_AGAIN: Duration = Duration::from_secs(1);
/// An API that says nothing for so long is not waited for any more.
const SILENT_MAX: Duration = Duration::from_mins(5);

/// The import as it ends.
pub(super) fn until_done(
    client: &Client,
    reference: &str,
    rows: u64,
    interrupt: &Interrupt,
) -> anyhow::Result<Value> {
    let mut progress = Progress::begin("Registering", Counted::Rows, rows, interrupt);
    let mut heard = Instant::now();
    loop {
        let answer = client.get(&import_path(reference));
        let silence = match answer {
            Ok(answer) if answer.status.is_success() => {
                heard = Instant::now();
                progress.set(decided(&answer.body), count(&answer.body, "rows"));
                if answer.body.get("done") == Some(&Value::Bool(true)) {
                    return Ok(answer.body);
                }
                None
            }
            Ok(answer) if answer.status.is_client_error() && answer.retry_after.is_none() => {
                return Err(Refusal(answer).into());
            }
            Ok(answer) => Some(Refusal(answer).to_string()),
            Err(error) => Some(error.to_string()),
        };
        if let Some(why) = silence.filter(|_| heard.elapsed() > SILENT_MAX) {
            bail!("How far it has come is not known now. {why}");
        }
        thread::sleep(ASK_AGAIN);
    }
}

fn decided(import: &Value) -> u64 {
    let keys = ["registered", "unchanged", "rejected", "invalid", "on_hold"];
    keys.iter().map(|key| count(import, key)).sum()
}
