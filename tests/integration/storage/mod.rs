//! The storage module against a real MySQL or MariaDB.

mod batches;
mod concurrency;
mod connections;
mod dead_letters;
mod desk;
mod fixture;
mod frozen;
mod interruptions;
mod ledger;
mod locked_rows;
mod probe;
mod refused_rows;
mod repeated;
mod schema;
mod silencer;
mod status;
