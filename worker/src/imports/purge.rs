use std::time::Duration;

use registrar_storage::{FAILED_ROWS_KEPT, MySqlStore};
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

const INTERVAL: Duration = Duration::from_hours(1);

/// Deletes the personal data of old imports until `shutdown`. What cannot be deleted now can be later.
pub(crate) async fn purge(store: MySqlStore, shutdown: CancellationToken) {
    // On the heap, since it is as large as its statements.
    let purging = Box::pin(async {
        loop {
            match store.delete_failed_rows(FAILED_ROWS_KEPT).await {
                Ok(0) => {}
                Ok(rows) => tracing::info!(rows, "deleted the failed rows of old imports"),
                Err(error) => {
                    tracing::debug!(%error, "the failed rows of old imports stay for now");
                }
            }
            sleep(INTERVAL).await;
        }
    });
    shutdown.run_until_cancelled(purging).await;
}
