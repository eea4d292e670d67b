//! The worker as it is, with a store that kills the process where a fault test asks for it, and a
//! decoder that panics, or is that of a newer version.

use std::collections::HashSet;
use std::env;
use std::process::ExitCode;

use registrar_domain::ledger::Ledger;
use registrar_domain::{Outcome, Registration, RegistrationId};
use registrar_messaging::{DecodeError, Envelope};
use registrar_storage::{
    DeadLetter, ImportCounts, ImportEntry, ImportEntryContent, MySqlStore, RegistrationStore,
    StorageError, Verdict,
};
use rustix::process::{Signal, getpid, kill_process};

fn main() -> ExitCode {
    let wrap = |store| DeadlyStore {
        store,
        deadly: env::var("TEST_DIE").unwrap_or_default(),
        deadly_name: env::var("TEST_DIE_OF").ok(),
    };
    registrar_worker::main_with(wrap, decode)
}

/// Panics over bodies with the word in `TEST_PANIC_OVER`; and with `TEST_READ_ALSO` reads that
/// version, which has the content of version 1, as a newer build would.
fn decode(body: &[u8]) -> Result<Envelope, DecodeError> {
    let text = String::from_utf8_lossy(body);
    if let Ok(word) = env::var("TEST_PANIC_OVER") {
        assert!(!text.contains(&word), "a bug of the decoder");
    }
    match env::var("TEST_READ_ALSO") {
        Ok(version) => {
            let newer = format!("{{\"version\":{version},");
            Envelope::decode(text.replacen(&newer, "{\"version\":1,", 1).as_bytes())
        }
        Err(_) => Envelope::decode(body),
    }
}

/// Kills the process `before_commit`, `after_commit`, `after_rows` of an import are stored, `before_count`
/// or `after_count` of them, or `after_record`, which is before the ack, or whenever a batch has a
/// student of a certain first name.
struct DeadlyStore {
    store: MySqlStore,
    deadly: String,
    deadly_name: Option<String>,
}

impl DeadlyStore {
    fn die_if(&self, moment: &str) {
        if self.deadly == moment {
            die();
        }
    }

    fn die_of(&self, batch: &[Registration]) {
        let Some(deadly) = &self.deadly_name else { return };
        let mut names = batch.iter().map(|registration| registration.student.first_name());
        if names.any(|name| name.as_str() == deadly) {
            die();
        }
    }
}

fn die() {
    // The process cannot outlive this, so there is no error to handle.
    let _ = kill_process(getpid(), Signal::KILL);
}

impl RegistrationStore for DeadlyStore {
    async fn probe(&self) -> Result<(), StorageError> {
        self.store.probe().await
    }

    async fn store(&self, batch: &[Registration]) -> Result<Vec<Verdict>, StorageError> {
        self.die_of(batch);
        self.die_if("before_commit");
        let verdicts = self.store.store(batch).await;
        self.die_if("after_commit");
        if batch.iter().any(|registration| registration.import.is_some()) {
            self.die_if("after_rows");
        }
        verdicts
    }

    async fn hold(&self, dead_letters: &[DeadLetter]) -> Result<Vec<Outcome>, StorageError> {
        self.store.hold(dead_letters).await
    }

    async fn with_outcome(
        &self,
        ids: &[RegistrationId],
    ) -> Result<HashSet<RegistrationId>, StorageError> {
        self.store.with_outcome(ids).await
    }

    async fn record_imports(
        &self,
        entries: Vec<ImportEntry>,
    ) -> Result<Vec<Option<ImportCounts>>, StorageError> {
        let is_rows = |entry: &ImportEntry| matches!(entry.content, ImportEntryContent::Rows(_));
        if !entries.iter().any(is_rows) {
            return self.store.record_imports(entries).await;
        }
        self.die_if("before_count");
        let recorded = self.store.record_imports(entries).await;
        self.die_if("after_count");
        recorded
    }

    async fn record(&self, additions: &Ledger) -> Result<(), StorageError> {
        let recorded = self.store.record(additions).await;
        self.die_if("after_record");
        recorded
    }
}
