//! How old the oldest waiting registration is, while something is wrong.

use std::time::{Duration, Instant};

use registrar_domain::Lane;
use registrar_local::{MariaDb, ServerOptions};
use registrar_storage::{DatabaseSettings, DatabaseUrl, LanePauses, Pool};
use registrar_tests::api::Api;
use registrar_tests::exposition::Exposition;
use registrar_tests::servers::Servers;
use registrar_tests::student::Student;
use registrar_tests::wait;
use registrar_tests::worker::Worker;
use tokio::task::block_in_place;

use super::{Observed, shows};
use crate::end_to_end::Home;

const OLDEST: &str = "registration_oldest_waiting_seconds{lane=\"interactive\"}";
const PAUSE_LEFT: &str = "registration_lane_pause_left_seconds{lane=\"interactive\"}";
const IN_HAND: &str = "registration_deliveries_in_hand{lane=\"interactive\"}";
const PAUSED: &str = "registration_worker_paused{lane=\"interactive\"}";

async fn shown(worker: &Worker, series: &str) -> f64 {
    Exposition::parse(&worker.metrics().await).value(series).unwrap()
}

/// Waits until the oldest is this old, and checks that it is not older than what was accepted since.
async fn grows_to(worker: &Worker, seconds: f64, since: Instant) {
    let age = wait::until(&format!("the oldest is {seconds} s old"), async || {
        Some(shown(worker, OLDEST).await).filter(|age| *age >= seconds)
    })
    .await;
    let longest = since.elapsed().as_secs_f64();
    assert!(age <= longest, "{age} s, and nothing waits for longer than {longest} s");
}

fn pauses(servers: &Servers) -> LanePauses {
    let url = DatabaseUrl::parse(&servers.database_url).unwrap();
    LanePauses::new(Pool::new(&DatabaseSettings::new(url)))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_in_a_paused_lane_ages_also_for_a_worker_that_starts_meanwhile() {
    let home = Home::new().await;
    let since = Instant::now();
    let api = Api::start(&home.servers).await;
    let worker = Worker::start(&home.servers).await;
    assert!(shown(&worker, PAUSE_LEFT).await.abs() < f64::EPSILON);
    let pauses = pauses(&home.servers);
    let (hour, name) = (Duration::from_hours(1), "a test");
    pauses.pause(Lane::Interactive, hour, name, name).await.unwrap();
    shows(&worker, PAUSED, 1.0).await;
    let left = shown(&worker, PAUSE_LEFT).await;
    assert!((3_500.0..=3_600.0).contains(&left), "{left}");

    let reference = api.accepted(&Student::unique()).await;
    grows_to(&worker, 1.0, since).await;
    let other = Worker::start(&home.servers).await;
    grows_to(&other, 1.0, since).await;

    pauses.resume(Lane::Interactive, name).await.unwrap();
    assert_eq!(api.decided(&reference).await["status"], "registered");
    for worker in [&worker, &other] {
        shows(worker, OLDEST, 0.0).await;
        shows(worker, PAUSE_LEFT, 0.0).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_that_waits_for_mysql_ages_in_hand_and_after_it_was_requeued() {
    let home = Home::new().await;
    let mut database = block_in_place(|| MariaDb::start(&ServerOptions::temporary()).unwrap());
    block_in_place(|| database.admin().create_database("registrar").unwrap());
    let database_url = database.admin().database_url("registrar");
    let servers = Servers { database_url, ..home.servers.clone() }.migrated().await;
    let api = Api::start(&servers).await;
    for (requeue_after, is_in_hand, paused) in [("1h", true, 0_f64), ("500ms", false, 1.0)] {
        let settings = [
            ("REGISTRAR_DATABASE_CONNECT_TIMEOUT", "500ms"),
            ("REGISTRAR_REQUEUE_AFTER", requeue_after),
        ];
        let worker = Worker::start_with(&servers, &settings).await;
        // Its ack waits for the ledger, and may still wait when MySQL is stopped: then it is the oldest.
        let since = Instant::now();
        api.decided(&api.accepted(&Student::unique()).await).await;
        block_in_place(|| database.stop().unwrap());

        let reference = api.accepted(&Student::unique()).await;
        wait::until("it is in hand, or went back", async || {
            let is_there = shown(&worker, IN_HAND).await > 0.0;
            let is_paused = shown(&worker, PAUSED).await.to_bits() == paused.to_bits();
            (is_there == is_in_hand && is_paused).then_some(())
        })
        .await;
        let waits = since.elapsed().as_secs_f64();
        grows_to(&worker, waits, since).await;
        assert_eq!(shown(&worker, PAUSED).await.to_bits(), paused.to_bits(), "{requeue_after}");

        block_in_place(|| database.start_again().unwrap());
        assert_eq!(api.decided(&reference).await["status"], "registered");
        shows(&worker, OLDEST, 0.0).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_that_is_being_stored_is_the_oldest_until_it_is_stored() {
    let observed = Observed::new().await;
    let (api, worker) = (observed.api().await, observed.worker().await);
    let student = Student::unique();
    let lock = observed.database().await.lock(&student).await;
    let since = Instant::now();
    let reference = api.accepted(&student).await;
    grows_to(&worker, 0.5, since).await;
    drop(lock);
    api.decided(&reference).await;
    shows(&worker, OLDEST, 0.0).await;
}
