//! A store that fails at the worst moment: it kills its worker after the commit and before the ack.
//! Another worker gets the same message again, finds the row, and there is one outcome.
//!
//! `cargo run -p registrar-tests --example store_that_fails` starts private servers for it; the
//! store is in `tests/src/bin/worker-under-test.rs`.
#![expect(clippy::print_stdout, reason = "an example prints, and ends when it cannot go on")]

use std::collections::HashSet;

use registrar_tests::api::{Api, id_of};
use registrar_tests::oracle::Oracle;
use registrar_tests::servers::Fresh;
use registrar_tests::student::Student;
use registrar_tests::worker::Worker;

#[tokio::main]
async fn main() {
    let fresh = Fresh::migrated().await;
    let api = Api::start(&fresh.servers).await;
    let failing = [("TEST_DIE", "after_commit")];
    let mut failing = Worker::begin(&fresh.servers, &failing).await;
    let reference = api.accepted(&Student::unique()).await;
    println!("the first worker ended: {}", failing.program.ended().await);

    let _worker = Worker::start(&fresh.servers).await;
    let oracle = Oracle::new(&fresh.servers.database_url);
    let tally = oracle.all_decided(&HashSet::from([id_of(&reference)])).await;
    println!("the second one has counted: {tally}");
    assert_eq!((tally.registered, tally.doubled, tally.lost), (1, 0, 0), "{tally}");
}
