//! Since when the ledger cannot be written, where people and machines look for it.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use registrar_domain::clock;
use registrar_storage::{ErrorClass, StorageError};
use time::OffsetDateTime;
use time::macros::format_description;

use crate::readiness::{Readiness, State};

/// The name in `/readyz`.
const NAME: &str = "ledger";

/// Whether acks go ahead of the ledger. Clones share it.
#[derive(Clone, Debug)]
pub(crate) struct Outage {
    known: Arc<Mutex<Known>>,
    readiness: Readiness,
}

#[derive(Debug, Default)]
struct Known {
    /// Acks go ahead since then.
    since: Option<OffsetDateTime>,
    /// Why the last attempt to write failed.
    cause: Option<StorageError>,
}

impl Outage {
    pub(crate) fn none(readiness: Readiness) -> Self {
        Self { known: Arc::default(), readiness }
    }

    pub(crate) fn is_on(&self) -> bool {
        self.known().since.is_some()
    }

    /// An attempt to write failed, which alone says nothing yet.
    pub(crate) fn caused_by(&self, error: StorageError) {
        self.known().cause = Some(error);
    }

    pub(crate) fn cause(&self) -> StorageError {
        let away = || {
            let sentence = "MySQL does not take what was settled into the ledger.";
            StorageError::new(ErrorClass::Transient, "ledger_not_written", sentence)
        };
        self.known().cause.clone().unwrap_or_else(away)
    }

    pub(crate) fn begin(&self) {
        let mut known = self.known();
        if known.since.is_some() {
            return;
        }
        let now = clock::now();
        known.since = Some(now);
        let cause = known.cause.as_ref().map_or_else(
            || "MySQL does not answer: see whether something locks the table `ledger`.".to_owned(),
            ToString::to_string,
        );
        let sentence = format!(
            "It cannot be written, and what is unaccounted for is not known since {}; \
             registrations are stored and acked all the same. {cause}",
            text(now)
        );
        tracing::error!("the ledger: {sentence}");
        self.readiness.set(NAME, State::Degraded(sentence));
    }

    pub(crate) fn end(&self) {
        let mut known = self.known();
        known.cause = None;
        if let Some(since) = known.since.take() {
            self.readiness.remove(NAME);
            let since = text(since);
            tracing::info!(
                since,
                "the ledger is written again, with all that was settled meanwhile"
            );
        }
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn text(moment: OffsetDateTime) -> String {
    let format = format_description!("[year]-[month]-[day] [hour]:[minute]:[second] UTC");
    // The format asks for nothing that a time with its offset lacks.
    moment.to_utc().format(format).unwrap_or_default()
}
