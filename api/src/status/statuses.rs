use std::sync::Arc;
use std::time::Duration;

use registrar_domain::{
    Decision, Lane, Reference, ReferenceSealer, RegistrationId, UnknownReference, clock,
};
use registrar_storage::{LanePause, PauseWatch};
use time::OffsetDateTime;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio_util::sync::CancellationToken;

use super::{Lookups, RegistrationStatus, WaitEstimate};

/// The lane of every registration that has a reference.
const LANE: Lane = Lane::Interactive;

/// What became of registrations, and how long that takes. A cheap handle.
#[derive(Clone)]
pub struct Statuses(Arc<Shared>);

struct Shared {
    sealer: Arc<ReferenceSealer>,
    lookups: Lookups,
    pauses: PauseWatch,
    wait_estimate: WaitEstimate,
    /// One for each client that waits for an outcome.
    waiter_permits: Arc<Semaphore>,
    closing: CancellationToken,
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
    /// Up to `waiters` clients wait at once; `closing` ends their wait.
    pub fn new(
        sealer: Arc<ReferenceSealer>,
        lookups: Lookups,
        pauses: PauseWatch,
        wait_estimate: WaitEstimate,
        waiters: usize,
        closing: CancellationToken,
    ) -> Self {
        let waiter_permits = Arc::new(Semaphore::new(waiters));
        Self(Arc::new(Shared { sealer, lookups, pauses, wait_estimate, waiter_permits, closing }))
    }

    pub fn open(&self, reference: &str) -> Result<RegistrationId, UnknownReference> {
        self.0.sealer.open(reference)
    }

    /// The reference as it is issued now.
    pub fn seal(&self, id: RegistrationId) -> Reference {
        self.0.sealer.seal(id)
    }

    /// What is known now; within a second, also when the database does not answer.
    pub async fn current(&self, id: RegistrationId) -> RegistrationStatus {
        self.0.lookups.current(id).await
    }

    pub async fn can_read(&self) -> bool {
        self.0.lookups.can_read().await
    }

    /// Waits up to `wait` for the outcome; `None` when no permit is free, so that the wish of the
    /// client cannot be heeded.
    pub async fn wait(&self, id: RegistrationId, wait: Duration) -> Option<RegistrationStatus> {
        let _permit = self.permit()?;
        tokio::select! {
            decision = self.changed(id, None) => Some(RegistrationStatus::Decided(decision)),
            () = tokio::time::sleep(wait) => Some(RegistrationStatus::Waiting),
            () = self.closing() => Some(RegistrationStatus::Waiting),
        }
    }

    /// A permit to wait for an outcome, when one is free.
    pub fn permit(&self) -> Option<OwnedSemaphorePermit> {
        Arc::clone(&self.0.waiter_permits).try_acquire_owned().ok()
    }

    /// The outcome, as soon as it is another than the one `seen`.
    pub async fn changed(&self, id: RegistrationId, seen: Option<Decision>) -> Decision {
        self.0.lookups.changed(id, seen).await
    }

    /// Returns when what waits has to end.
    pub async fn closing(&self) {
        self.0.closing.cancelled().await;
    }

    /// The pause that waiting registrations wait for, if there is one.
    pub fn pause(&self) -> Option<LanePause> {
        self.0.pauses.now(LANE)
    }

    /// Returns when the pause is another than this one.
    pub async fn pause_changed(&self, last: Option<&LanePause>) {
        self.0.pauses.changed(LANE, last).await;
    }

    /// When the outcome of a registration that was accepted then can be expected.
    pub fn prospect(
        &self,
        status: RegistrationStatus,
        accepted_at: Option<OffsetDateTime>,
    ) -> Prospect {
        let age = accepted_at.map_or(Duration::ZERO, age_of);
        Prospect {
            takes: self.0.wait_estimate.takes(age),
            look_again: (!status.is_final()).then(|| self.0.wait_estimate.retry_after(age)),
        }
    }

    /// When a program should ask again; not before the end of a pause, while that holds.
    pub fn retry_after(
        &self,
        status: RegistrationStatus,
        accepted_at: Option<OffsetDateTime>,
    ) -> Option<Duration> {
        let look_again = self.prospect(status, accepted_at).look_again?;
        let pause_left = self.0.pauses.left(LANE).filter(|_| status == RegistrationStatus::Waiting);
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
