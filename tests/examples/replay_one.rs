//! Replays one dead letter: MySQL refuses a row, it goes on hold, the cause is fixed, and
//! `registrar dead-letters` registers it.
//!
//! `cargo run -p registrar-tests --example replay_one` starts private servers for it.
#![expect(clippy::print_stdout, reason = "an example prints, and ends when it cannot go on")]

use registrar_tests::api::Api;
use registrar_tests::command::run;
use registrar_tests::oracle::Oracle;
use registrar_tests::servers::Fresh;
use registrar_tests::student::Student;
use registrar_tests::worker::Worker;

#[tokio::main]
async fn main() {
    let fresh = Fresh::migrated().await;
    let oracle = Oracle::new(&fresh.servers.database_url);
    let refusing = "CREATE TRIGGER refusing BEFORE INSERT ON students FOR EACH ROW \
                    IF NEW.first_name = 'Mallory' THEN SIGNAL SQLSTATE '45000'; END IF";
    oracle.sql(refusing).await;
    let api = Api::start(&fresh.servers).await;
    let _worker = Worker::start(&fresh.servers).await;
    let student = Student { first_name: "Mallory".to_owned(), ..Student::unique() };
    let reference = api.accepted(&student).await;
    println!("decided: {}", api.decided(&reference).await);

    let settings = [
        ("DATABASE_URL", fresh.servers.database_url.as_str()),
        ("AMQP_URL", fresh.servers.amqp_url.as_str()),
        ("USER", "olga"),
    ];
    let list = run("registrar-under-test", &["dead-letters", "list"], &settings).await;
    println!("$ registrar dead-letters list\n{}", list.stdout);

    oracle.sql("DROP TRIGGER refusing").await;
    let replay = ["dead-letters", "replay", reference.as_str(), "--reason=dropped the trigger"];
    let ended = run("registrar-under-test", &replay, &settings).await;
    println!("$ registrar {}\n{}", replay.join(" "), ended.stdout);
    assert_eq!(ended.code, Some(0), "{ended:?}");
    println!("status: {}", api.status(&reference).await);
}
