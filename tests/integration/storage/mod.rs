//! The storage module against a real MySQL or MariaDB.

mod batches;
mod concurrency;
mod connections;
mod dead_letter_admin;
mod dead_letters;
mod fixture;
mod frozen;
pub(crate) mod imports;
mod interruptions;
mod ledger;
mod locked_rows;
mod probe;
mod refused_rows;
mod repeated;
mod schema;
mod silencer;
mod status;
