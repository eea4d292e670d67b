//! The storage module against a real MySQL or MariaDB.

mod batches;
mod concurrency;
mod connections;
mod contested;
mod dead_letters;
mod desk;
mod fixture;
mod frozen;
mod interruptions;
mod ledger;
mod probe;
mod refused_rows;
mod schema;
mod silencer;
mod status;
