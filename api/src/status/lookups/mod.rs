mod task;

use std::collections::HashMap;
use std::fmt::Display;
use std::future::pending;
use std::sync::Arc;

use registrar_domain::{Decision, RegistrationId};
use registrar_storage::{StatusReader, StorageError};
use tokio::sync::{mpsc, oneshot};

use self::task::{LookupsTask, REQUESTS_LIMIT};
use super::RegistrationStatus;
use super::final_outcomes::FinalOutcomes;
use super::wait_estimate::WaitEstimate;

/// No registration has this id, but looking for it shows whether the database answers.
const PROBE: RegistrationId = RegistrationId::from_bytes([0; 16]);

/// Where decisions are read: [`StatusReader`], except in tests.
pub trait Decisions: Send + Sync + 'static {
    type Error: Display + Send + 'static;

    /// The decisions among these registrations; one without a decision is absent.
    fn decisions(
        &self,
        ids: &[RegistrationId],
    ) -> impl Future<Output = Result<HashMap<RegistrationId, Decision>, Self::Error>> + Send;
}

impl Decisions for StatusReader {
    type Error = StorageError;

    async fn decisions(
        &self,
        ids: &[RegistrationId],
    ) -> Result<HashMap<RegistrationId, Decision>, StorageError> {
        Self::decisions(self, ids).await
    }
}

/// Looks up what became of registrations: from memory when that is final, otherwise by a query that
/// all look-ups share which wait at that moment.
#[derive(Clone, Debug)]
pub struct Lookups {
    pub(super) estimate: WaitEstimate,
    finals: Arc<FinalOutcomes>,
    requests: mpsc::Sender<Request>,
}

#[derive(Debug)]
enum Request {
    /// What is known now; dropped when the database does not answer.
    Current(RegistrationId, oneshot::Sender<Option<Decision>>),
    /// The next decision other than the one seen.
    Changed(RegistrationId, Watcher),
}

#[derive(Debug)]
struct Watcher {
    seen: Option<Decision>,
    sender: oneshot::Sender<Decision>,
}

impl Lookups {
    /// A handle, and the task to run for it; the task ends when the last handle is dropped.
    pub fn new<D: Decisions>(source: D) -> (Self, LookupsTask<D>) {
        let (sender, requests) = mpsc::channel(REQUESTS_LIMIT);
        let (estimate, finals) = (WaitEstimate::default(), Arc::<FinalOutcomes>::default());
        let task = LookupsTask::new(source, estimate.clone(), Arc::clone(&finals), requests);
        (Self { estimate, finals, requests: sender }, task)
    }

    /// What is known now; within a second, also when the database does not answer.
    pub async fn current(&self, id: RegistrationId) -> RegistrationStatus {
        if let Some(decision) = self.finals.get(id) {
            return RegistrationStatus::Decided(decision);
        }
        let (sender, answer) = oneshot::channel();
        // Neither fails while a handle exists; should the task have died, nothing can be read.
        _ = self.requests.send(Request::Current(id, sender)).await;
        match answer.await {
            Ok(Some(decision)) => RegistrationStatus::Decided(decision),
            Ok(None) => RegistrationStatus::Waiting,
            Err(_) => RegistrationStatus::Unreadable,
        }
    }

    pub async fn can_read(&self) -> bool {
        self.current(PROBE).await != RegistrationStatus::Unreadable
    }

    /// The outcome, as soon as it is another than the one `seen`: drop the future to stop waiting.
    pub async fn changed(&self, id: RegistrationId, seen: Option<Decision>) -> Decision {
        let (sender, decision) = oneshot::channel();
        _ = self.requests.send(Request::Changed(id, Watcher { seen, sender })).await;
        match decision.await {
            Ok(decision) => decision,
            Err(_) => pending().await,
        }
    }
}

#[cfg(test)]
mod tests;
