//! Registers one student: an API accepts it, a worker stores it, and the status says so.
//!
//! `cargo run -p registrar-tests --example register_one` starts private servers for it.
#![expect(
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "an example prints, and ends when it cannot go on"
)]

use registrar_tests::api::Api;
use registrar_tests::servers::Fresh;
use registrar_tests::student::Student;
use registrar_tests::worker::Worker;

#[tokio::main]
async fn main() {
    let fresh = Fresh::migrated().await;
    let api = Api::start(&fresh.servers).await;

    // Without a worker: accepted, since RabbitMQ has it on disk.
    let reference = api.accepted(&Student::unique()).await;
    println!("accepted: {}", api.status(&reference).await);

    let _worker = Worker::start(&fresh.servers).await;
    let status = api.decided(&reference).await;
    println!("decided:  {status}");
    assert_eq!(status["status"].as_str().unwrap(), "registered");
}
