//! What all requests share.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::FromRef;
use registrar_domain::{Lane, Reference, ReferenceSealer};
use registrar_messaging::Publisher;
use registrar_storage::{LanePause, PauseWatch};
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;

use crate::limits::BodyLimits;
use crate::middleware::Admission;
use crate::status::{Lookups, WaitEstimate};
use crate::submission::Acceptor;

/// What all requests share: nothing in it is about one registration, so instances are equal.
pub struct Api {
    /// Accepts registrations.
    pub acceptor: Acceptor,
    /// What is asked of every request.
    pub admission: Admission,
    /// Hands registrations to RabbitMQ.
    pub publisher: Publisher,
    /// Reads what became of registrations.
    pub lookups: Lookups,
    /// Whether what waits has to wait for an operator.
    pub pauses: PauseWatch,
    /// How long they wait just now.
    pub wait_estimate: WaitEstimate,
    /// One for each client that waits for an outcome.
    pub waiter_permits: Arc<Semaphore>,
    /// Makes and checks references.
    pub sealer: Arc<ReferenceSealer>,
    /// The instance is asked to stop, and still serves for the drain delay.
    pub shutdown: CancellationToken,
    /// The drain delay is over: ends what waits.
    pub closing: CancellationToken,
}

impl Api {
    /// The lane of every registration that has a reference.
    pub const LANE: Lane = Lane::Interactive;

    /// The pause that waiting registrations wait for, if there is one.
    pub fn pause(&self) -> Option<LanePause> {
        self.pauses.now(Self::LANE)
    }

    /// How long that pause still lasts.
    pub fn pause_left(&self) -> Option<Duration> {
        self.pauses.left(Self::LANE)
    }

    /// The address of a registration's status.
    pub fn status_url(reference: &Reference) -> String {
        format!("/registrations/{reference}")
    }
}

impl FromRef<Arc<Api>> for BodyLimits {
    fn from_ref(api: &Arc<Api>) -> Self {
        api.admission.limits().body()
    }
}
