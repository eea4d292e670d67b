use std::sync::Arc;
use std::time::Duration;

use registrar_domain::{Lane, Reference, ReferenceSealer, RegistrationId, clock};
use registrar_storage::{LanePause, PauseWatch};
use time::OffsetDateTime;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio_util::sync::CancellationToken;

use super::{Lookups, RegistrationStatus};

/// The lane of every registration that has a reference.
const LANE: Lane = Lane::Interactive;

/// What became of registrations, and how long that takes. A cheap handle.
#[derive(Clone)]
pub struct Statuses {
    pub sealer: Arc<ReferenceSealer>,
    pub lookups: Lookups,
    pauses: PauseWatch,
    /// One for each client that waits for an outcome.
    waiter_permits: Arc<Semaphore>,
    /// What waits has to end with it.
    pub closing: CancellationToken,
}

/// When an outcome can be expected.
#[derive(Clone, Copy, Debug)]
pub struct Prospect {
    /// How long it takes in all.
    pub takes: Duration,
    /// When to look again; `None` when it cannot change any more.
    pub look_again: Option<Duration>,
}

impl Statuses {
    /// Up to `waiters` clients wait at once.
    pub fn new(
        sealer: Arc<ReferenceSealer>,
        lookups: Lookups,
        pauses: PauseWatch,
        waiters: usize,
        closing: CancellationToken,
    ) -> Self {
        let waiter_permits = Arc::new(Semaphore::new(waiters));
        Self { sealer, lookups, pauses, waiter_permits, closing }
    }

    /// Waits up to `wait` for the outcome; `None` when no permit is free, so that the wish of the
    /// client cannot be heeded.
    pub async fn wait(&self, id: RegistrationId, wait: Duration) -> Option<RegistrationStatus> {
        let _permit = self.permit()?;
        tokio::select! {
            decision = self.lookups.changed(id, None) => Some(RegistrationStatus::Decided(decision)),
            () = tokio::time::sleep(wait) => Some(RegistrationStatus::Waiting),
            () = self.closing.cancelled() => Some(RegistrationStatus::Waiting),
        }
    }

    /// A permit to wait for an outcome, when one is free.
    pub fn permit(&self) -> Option<OwnedSemaphorePermit> {
        Arc::clone(&self.waiter_permits).try_acquire_owned().ok()
    }

    /// The pause that waiting registrations wait for, if there is one.
    pub fn pause(&self) -> Option<LanePause> {
        self.pauses.now(LANE)
    }

    /// Returns when the pause is another than this one.
    pub async fn pause_changed(&self, last: Option<&LanePause>) {
        self.pauses.changed(LANE, last).await;
    }

    /// When the outcome of a registration that was accepted then can be expected.
    pub fn prospect(
        &self,
        status: RegistrationStatus,
        accepted_at: Option<OffsetDateTime>,
    ) -> Prospect {
        let age = accepted_at.map_or(Duration::ZERO, age_of);
        Prospect {
            takes: self.lookups.estimate.takes(age),
            look_again: (!status.is_final()).then(|| self.lookups.estimate.retry_after(age)),
        }
    }

    /// When a program should ask again; not before the end of a pause, while that holds.
    pub fn retry_after(
        &self,
        status: RegistrationStatus,
        accepted_at: Option<OffsetDateTime>,
    ) -> Option<Duration> {
        let look_again = self.prospect(status, accepted_at).look_again?;
        let pause_left = self.pauses.left(LANE).filter(|_| status == RegistrationStatus::Waiting);
        Some(pause_left.map_or(look_again, |left| look_again.max(left)))
    }
}

pub fn status_url(reference: &Reference) -> String {
    ["/registrations/", reference.as_str()].concat()
}

fn age_of(accepted_at: OffsetDateTime) -> Duration {
    // Clocks of two machines may disagree.
    Duration::try_from(clock::now() - accepted_at).unwrap_or_default()
}
