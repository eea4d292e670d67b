use std::collections::HashMap;
use std::time::Duration;

use serde_json::Value;
use tokio::task::JoinHandle;
use tokio::time::sleep;
use tokio_util::sync::{CancellationToken, DropGuard};

use super::counts::RowCounts;
use super::importer::Importer;

/// Often enough to see every chunk counted, and seldom enough to leave the API to others.
const PAUSE: Duration = Duration::from_millis(20);

/// Asks for an importer's imports again and again: what is answered must add up each time.
#[derive(Debug)]
pub(super) struct Watch {
    watching: JoinHandle<usize>,
    stop: DropGuard,
}

impl Watch {
    pub(super) fn start(importer: Importer) -> Self {
        let stop = CancellationToken::new();
        let stopped = stop.clone();
        let watching = tokio::spawn(async move {
            let (mut seen, mut in_the_middle) = (HashMap::<String, Seen>::new(), 0);
            while !stopped.is_cancelled() {
                for import in importer.list().await.unwrap_or_default() {
                    let now = Seen::new(&import);
                    in_the_middle += usize::from(!now.is_done && now.counts.decided() > 0);
                    let reference = import["reference"].as_str().unwrap().to_owned();
                    if let Some(before) = seen.insert(reference, now) {
                        assert!(before.may_become(&now), "{before:?}, then {import}");
                    }
                }
                sleep(PAUSE).await;
            }
            in_the_middle
        });
        Self { watching, stop: stop.drop_guard() }
    }

    /// Ends it; how often an import was seen that had been begun and not done.
    pub(super) async fn end(self) -> usize {
        drop(self.stop);
        self.watching.await.unwrap()
    }
}

#[derive(Clone, Copy, Debug)]
struct Seen {
    rows: Option<usize>,
    counts: RowCounts,
    is_done: bool,
}

impl Seen {
    fn new(import: &Value) -> Self {
        let rows = import["rows"].as_u64().map(|rows| usize::try_from(rows).unwrap());
        let (counts, is_done) = (RowCounts::new(import), import["done"] == true);
        let adds_up = rows.is_none_or(|rows| rows == counts.decided() + counts.waiting);
        assert!(adds_up && (rows.is_some() || !is_done), "{import}");
        Self { rows, counts, is_done }
    }

    /// Nothing is counted back, and nothing once everything was counted.
    fn may_become(&self, now: &Self) -> bool {
        let grew = |count: fn(&RowCounts) -> usize| count(&now.counts) >= count(&self.counts);
        (self.rows.is_none() || self.rows == now.rows)
            && (!self.is_done || (now.is_done && now.counts == self.counts))
            && grew(|counts| counts.registered)
            && grew(|counts| counts.unchanged)
            && grew(|counts| counts.rejected)
            && grew(|counts| counts.invalid)
            && grew(|counts| counts.on_hold)
    }
}
