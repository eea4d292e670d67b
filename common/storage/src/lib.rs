//! What MySQL keeps: students, rejections and dead letters. The only code that names sqlx.
//!
//! - [`RegistrationStore`] is how the worker writes: one attempt to bring a batch to its outcomes.
//!   [`MySqlStore`] is the real one.
//! - [`StatusReader`] is how the API reads.
//! - [`DeadLetterAdmin`] is how operators list, replay and discard dead letters.
//! - [`LanePauses`] is how operators pause a lane, and [`PauseWatch`] how processes follow it.
//! - [`ImportReader`] is how the API reads what became of imported files.
//! - [`ImportKeys`] is how operators admit importers, and how the API knows them.
//! - [`migrate`] and [`schema_state`] keep the tables at this version.
//!
//! Every write is an autocommit single statement. There is no explicit transaction anywhere: one
//! that is cut off at the wrong moment leaks into the pool with its locks, and a later write that
//! seemed to succeed is lost with it. What a transaction would give comes from unique keys and
//! from ids that always carry one content (`outcomes/batch.rs`).

mod dead_letters;
mod error;
mod import_keys;
#[warn(missing_docs)]
mod imports;
mod lane_pauses;
mod ledger;
mod migrate;
#[warn(missing_docs)]
mod outcomes;
mod pool;
mod server;
mod settings;
mod sql;

pub use dead_letters::DeadLetterAdmin;
pub use dead_letters::audit_log::{Action, ActionKind, ActionResult, AuditRecord};
pub use dead_letters::filter::DeadLetterFilter;
pub use dead_letters::groups::DeadLetterGroup;
pub use dead_letters::query::{MatchedDeadLetters, StoredDeadLetter};
pub use dead_letters::replay_status::{ReplayStatus, ReplayedDeadLetter};
pub use dead_letters::state::{DeadLetterState, UnknownDeadLetterState};
pub use error::{ErrorClass, StorageError};
pub use import_keys::{ImportKeys, StoredImportKey, ValidImportKey};
pub use imports::entry::{
    ImportCounts, ImportEntry, ImportEntryContent, ProcessedRow, ProcessedRows,
};
pub use imports::purge::FAILED_ROWS_KEPT;
pub use imports::reader::{ImportReader, StoredImport, StudentLookup};
pub use lane_pauses::table::{LanePause, LanePauses};
pub use lane_pauses::watch::{PauseSource, PauseWatch, PauseWatchTask};
pub use migrate::{SchemaState, migrate, schema_state};
pub use outcomes::hold::DeadLetter;
pub use outcomes::status::StatusReader;
pub use outcomes::store::{MySqlStore, RegistrationStore, Verdict};
pub use outcomes::totals::OutcomeTotals;
pub use pool::{DatabaseMetrics, Pool, PoolConnections};
pub use server::DatabaseServer;
pub use settings::{DatabaseSettings, DatabaseUrl};
