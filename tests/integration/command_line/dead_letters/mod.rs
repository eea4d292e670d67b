//! `registrar dead-letters` with a real worker behind it.

mod discarding;
mod listing;
mod recurring;
mod replaying;
mod tracing;

use std::collections::HashSet;

use registrar_messaging::REGISTRATIONS_EXCHANGE;
use registrar_tests::api::{Api, id_of};
use registrar_tests::broker::Broker;
use registrar_tests::command::Ended;
use registrar_tests::oracle::{Oracle, Tally};
use registrar_tests::student::Student;
use registrar_tests::worker::Worker;
use serde_json::Value;

use super::{Home, registrar};

const OPERATOR: &str = "olga";
/// The cause of every dead letter of a [`Scene`].
const FINGERPRINT: &str = "mysql_1644";

/// Students that the database refuses, until that is fixed.
struct Scene {
    home: Home,
    oracle: Oracle,
    api: Api,
    worker: Worker,
    /// In the order of their dead letters.
    references: Vec<String>,
}

impl Scene {
    async fn with_held(students: usize) -> Self {
        Self::with_held_and(students, &[]).await
    }

    /// With these settings of the API and the worker.
    async fn with_held_and(students: usize, settings: &[(&str, &str)]) -> Self {
        let home = Home::new().await;
        let oracle = Oracle::new(&home.servers.database_url);
        // Not a constraint, for which MySQL and MariaDB have different numbers.
        oracle
            .sql(
                "CREATE TRIGGER refusing BEFORE INSERT ON students FOR EACH ROW \
                 IF NEW.first_name = 'Mallory' THEN SIGNAL SQLSTATE '45000'; END IF",
            )
            .await;
        let api = Api::start_with(&home.servers, settings).await;
        let worker = Worker::start_with(&home.servers, settings).await;
        let mut scene = Self { home, oracle, api, worker, references: Vec::new() };
        for _ in 0..students {
            scene.hold(&mallory()).await;
        }
        scene
    }

    async fn hold(&mut self, student: &Student) {
        let reference = self.api.accepted(student).await;
        assert_eq!(self.api.decided(&reference).await["status"], "on_hold");
        self.references.push(reference);
    }

    /// Puts a message on hold that cannot be decoded.
    async fn hold_unreadable(&self, message_id: &str) {
        let broker = Broker::connect(&self.home.servers.amqp_url).await;
        broker.publish(REGISTRATIONS_EXCHANGE, "interactive", message_id, b"Ada 1815").await;
        self.oracle.dead_letters(self.references.len() + 1).await;
    }

    async fn fix(&self) {
        self.oracle.sql("DROP TRIGGER refusing").await;
    }

    async fn dead_letters(&self, arguments: &[&str]) -> Ended {
        self.dead_letters_with(arguments, &[]).await
    }

    async fn dead_letters_with(&self, arguments: &[&str], settings: &[(&str, &str)]) -> Ended {
        let usual = [
            ("DATABASE_URL", self.home.servers.database_url.as_str()),
            ("AMQP_URL", self.home.servers.amqp_url.as_str()),
            ("USER", OPERATOR),
        ];
        let arguments = [&["dead-letters"], arguments].concat();
        registrar(&arguments, &[&usual, settings].concat()).await
    }

    /// The exit code and what was printed as JSON.
    async fn json(&self, arguments: &[&str]) -> (Option<i32>, Value) {
        let ended = self.dead_letters(&[arguments, &["--json"]].concat()).await;
        assert_eq!(ended.stderr, "", "{ended:?}");
        (ended.code, serde_json::from_str(&ended.stdout).unwrap())
    }

    async fn held(&self) -> usize {
        let held = "dead_letters WHERE state = 'held' AND (registration_id IS NULL OR \
                    registration_id NOT IN (SELECT registration_id FROM students))";
        self.oracle.count(held).await
    }

    async fn tally(&self) -> Tally {
        let ids: HashSet<_> = self.references.iter().map(|reference| id_of(reference)).collect();
        self.oracle.all_decided(&ids).await
    }
}

fn mallory() -> Student {
    Student { first_name: "Mallory".to_owned(), ..Student::unique() }
}
