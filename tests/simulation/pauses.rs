//! An operator who pauses a lane.

use std::sync::Arc;

use registrar_domain::Lane;
use registrar_storage::{ErrorClass, LanePause, PauseSource, StorageError};
use time::OffsetDateTime;
use tokio::time::Instant;

use super::database::failed;
use super::process::Process;
use super::world::World;

/// Where one process reads which lanes are paused.
pub(crate) struct PausesDouble {
    pub(crate) world: Arc<World>,
    pub(crate) process: Arc<Process>,
}

impl PauseSource for PausesDouble {
    async fn in_force(&self) -> Result<Vec<LanePause>, StorageError> {
        self.process.goes_on().await;
        if self.world.database_is_away() {
            return Err(failed(ErrorClass::Transient));
        }
        let until = self.world.interactive_is_paused_until();
        let left = until.saturating_duration_since(Instant::now());
        let pause = LanePause {
            id: 1,
            lane: Lane::Interactive,
            until: OffsetDateTime::UNIX_EPOCH,
            left,
            reason: "simulated".to_owned(),
            by: "chance".to_owned(),
            since: OffsetDateTime::UNIX_EPOCH,
        };
        Ok(if left.is_zero() { Vec::new() } else { vec![pause] })
    }
}
