//! What all requests share.

use std::sync::Arc;
use std::time::Duration;

use registrar_domain::{DerivationKey, Lane, Reference, ReferenceSealer};
use registrar_messaging::Publisher;
use registrar_storage::{LanePause, PauseWatch};
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;

use crate::docs::Documents;
use crate::limits::Limits;
use crate::metrics::http::HttpMetrics;
use crate::middleware::{Network, RateLimit};
use crate::pages::Pages;
use crate::status::{Lookups, WaitEstimate};

/// What all requests share: nothing in it is about one registration, so instances are equal.
pub struct Api {
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
    pub sealer: ReferenceSealer,
    /// Makes ids from idempotency keys.
    pub derivation_key: DerivationKey,
    /// What a client may send.
    pub limits: Limits,
    /// How often a client may send, unless it is not limited.
    pub rate_limit: Option<Arc<RateLimit>>,
    /// Who may say whom it forwards.
    pub trusted_proxies: Vec<Network>,
    /// What is counted.
    pub http_metrics: HttpMetrics,
    /// The web pages, if there are any.
    pub pages: Option<Pages>,
    /// The documentation.
    pub documents: Documents,
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
