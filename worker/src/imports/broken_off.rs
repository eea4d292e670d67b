use std::time::Duration;

use registrar_domain::ImportId;
use registrar_messaging::{MessagingSettings, QueueDepths};
use registrar_storage::MySqlStore;
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

const INTERVAL: Duration = Duration::from_mins(1);
/// An upload whose rows come as slowly as they may sends a chunk more often.
const SILENT_FOR: Duration = Duration::from_mins(10);

/// Marks imports whose upload broke off with the API that received it, until `shutdown`.
///
/// Only a worker can say so: while messages wait, or none is stored, the end of the upload may be among
/// them.
pub(crate) async fn mark_broken_off(
    store: MySqlStore,
    messaging: MessagingSettings,
    shutdown: CancellationToken,
) {
    let marking = Box::pin(async {
        let mut silent = Silent::default();
        loop {
            sleep(INTERVAL).await;
            silent = mark(&store, &messaging, silent).await;
        }
    });
    shutdown.run_until_cancelled(marking).await;
}

/// One round. Anything in the way begins the evidence anew.
async fn mark(store: &MySqlStore, messaging: &MessagingSettings, mut silent: Silent) -> Silent {
    let found = match store.silent_imports(SILENT_FOR).await {
        Ok(found) if found.is_empty() => return Silent::default(),
        Ok(found) => found,
        Err(error) => {
            tracing::debug!(%error, "imports that are silent cannot be found");
            return Silent::default();
        }
    };
    if !nothing_waits(messaging).await {
        return Silent::default();
    }
    let broken_off = silent.still(found);
    if !broken_off.is_empty() {
        match store.mark_broken_off(&broken_off).await {
            // They have their manifest by now, or another worker was faster.
            Ok(0) => {}
            Ok(imports) => tracing::warn!(imports, "uploads broke off without an end"),
            Err(error) => tracing::debug!(%error, "uploads that broke off cannot be marked"),
        }
    }
    silent
}

async fn nothing_waits(messaging: &MessagingSettings) -> bool {
    let counting = async { QueueDepths::connect(messaging).await?.lanes().await };
    match counting.await {
        Ok(lanes) => lanes.iter().all(|(_, counts)| counts.ready == 0 && counts.consumers > 0),
        Err(error) => {
            tracing::debug!(%error, "the lanes' queues cannot be counted");
            false
        }
    }
}

/// The imports that were silent in the round before, while nothing waited: what was in hand then is
/// recorded by now.
#[derive(Debug, Default)]
struct Silent(Vec<ImportId>);

impl Silent {
    /// Those of these that were silent before.
    fn still(&mut self, found: Vec<ImportId>) -> Vec<ImportId> {
        let still = found.iter().filter(|id| self.0.contains(id)).copied().collect();
        self.0 = found;
        still
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_import_is_broken_off_once_it_was_silent_in_two_rounds() {
        let [first, second] = [(); 2].map(|()| ImportId::generate());
        let mut silent = Silent::default();
        assert_eq!(silent.still(vec![first]), []);
        assert_eq!(silent.still(vec![first, second]), [first]);
        assert_eq!(silent.still(vec![second]), [second]);
        assert_eq!(silent.still(vec![first]), []);
    }
}
