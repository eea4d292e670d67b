//! What MySQL keeps: students, rejections and dead letters. The only code that names sqlx.
//!
//! - [`RegistrationStore`] is how the worker writes: one attempt to bring a batch to its outcomes.
//!   [`MySqlStore`] is the real one.
//! - [`StatusReader`] is how the API reads.
//! - [`DeadLetterDesk`] is how operators look at dead letters, replay and discard them.
//! - [`LanePauses`] is how operators pause a lane, and [`PauseWatch`] how processes heed it.
//! - [`migrate`] and [`schema_state`] keep the tables at this version.
//!
//! Every write is an autocommit single statement. There is no explicit transaction anywhere: one
//! that is cut off at the wrong moment leaks into the pool with its locks, and a later write that
//! seemed to succeed is lost with it. What a transaction would give comes from unique keys and
//! from ids that always carry one content (`attempt.rs`).

#![warn(missing_docs)]

mod answers;
mod attempt;
mod classify;
mod connection_error;
mod database_parameters;
mod dead_letters;
mod decided;
mod desk;
mod error;
mod insert;
mod lane_pauses;
mod ledger;
mod lent;
mod migrate;
mod outcomes;
mod pause_watch;
mod pool;
mod pool_metrics;
mod probe;
mod refusals;
mod rejections;
mod released;
mod server;
mod session;
mod settings;
mod statements;
mod status;
mod store;
mod students;

pub use dead_letters::DeadLetter;
pub use desk::{
    Action, ActionKind, ActionResult, DeadLetterDesk, LetterFilter, LetterGroup, LetterState,
    Matched, RecordedAction, Standing, StoredLetter, UnknownLetterState, Watched,
};
pub use error::{ErrorClass, StorageError};
pub use lane_pauses::{LanePause, LanePauses};
pub use migrate::{SchemaState, migrate, schema_state};
pub use outcomes::Outcomes;
pub use pause_watch::{PauseSource, PauseWatch, PauseWatchTask};
pub use pool::{Pool, PoolConnections};
pub use server::DatabaseServer;
pub use settings::{DatabaseSettings, DatabaseUrl};
pub use status::StatusReader;
pub use store::{MySqlStore, RegistrationStore, Verdict};
