//! Instructions, each the difference of two runs, so that start, warm-up and stop are not in it.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use registrar_tests::api::Api;
use registrar_tests::generator::{Answers, Ask, Plan, Rate};
use registrar_tests::servers::Fresh;
use registrar_tests::wait;
use registrar_tests::worker::Worker;

use crate::callgrind::Callgrind;
use crate::imports;
use crate::profile::Profile;

const CONNECTIONS: usize = 16;
/// So few that every registration travels in a message of its own.
const CONNECTIONS_FOR_SINGLE_MESSAGES: usize = 2;
const REQUESTS: [usize; 2] = [800, 4_000];
const ROWS: [usize; 2] = [2_000, 10_000];
const REGISTERED: usize = 64;
/// Much longer than anything takes; a run that needs it hangs.
const LIMIT: Duration = Duration::from_mins(5);

/// What was counted of something.
pub(crate) struct Subject {
    /// In words.
    pub(crate) what: String,
    /// How often it was done.
    pub(crate) times: usize,
    /// The counts of all of these.
    pub(crate) profile: Profile,
}

/// Counts everything whose name has `only` in it.
pub(crate) async fn count(only: &str) -> Vec<Subject> {
    let asks: [(_, fn() -> Ask); 2] = [("keyed", Ask::register), ("fresh", Ask::register_keyless)];
    let is_wanted = |what: &String| what.contains(only);
    let mut subjects = Vec::new();
    for (how, ask) in asks {
        if let Some(what) = Some(format!("API, a registration, {how}")).filter(is_wanted) {
            subjects.push(registration(what, ask).await);
        }
    }
    for (how, ask) in asks {
        if let Some(what) = Some(format!("worker, a row of a backlog, {how}")).filter(is_wanted) {
            subjects.push(row(what, ask, CONNECTIONS_FOR_SINGLE_MESSAGES).await);
        }
    }
    let together = "worker, a row, as 64 connections sent it, keyed".to_owned();
    if is_wanted(&together) {
        subjects.push(row(together, Ask::register, 64).await);
    }
    let look_up = "API, a status look-up of a registered student".to_owned();
    if is_wanted(&look_up) {
        subjects.push(status(look_up).await);
    }
    let [upload, imported] = ["API, a row of an import", "worker, a row of an import"];
    if let Some(what) = Some(upload.to_owned()).filter(is_wanted) {
        subjects.push(imports::upload(what).await);
    }
    if let Some(what) = Some(imported.to_owned()).filter(is_wanted) {
        subjects.push(imports::row(what).await);
    }
    subjects
}

async fn registration(what: String, ask: fn() -> Ask) -> Subject {
    let run = async |requests| {
        let home = Fresh::migrated().await;
        let callgrind = Callgrind::new();
        let command = callgrind.command();
        let mut api = Api::begin_below(&command, "registrar-api", &home.servers, &[]).await;
        api.ready().await;
        send(&api, ask(), requests, CONNECTIONS).await;
        callgrind.stop(&mut api.program)
    };
    difference(what, REQUESTS, run).await
}

async fn row(what: String, ask: fn() -> Ask, connections: usize) -> Subject {
    let run = async |rows| {
        let home = Fresh::migrated().await;
        let mut api = Api::begin_program("registrar-api", &home.servers, &[]).await;
        api.ready().await;
        send(&api, ask(), rows, connections).await;
        api.program.stop(LIMIT);
        let callgrind = Callgrind::new();
        let command = callgrind.command();
        let mut worker =
            Worker::begin_below(&command, "registrar-worker", &home.servers, &[]).await;
        registered(&worker, rows).await;
        callgrind.stop(&mut worker.program)
    };
    difference(what, ROWS, run).await
}

async fn status(what: String) -> Subject {
    let run = async |requests| {
        let home = Fresh::migrated().await;
        let worker = Worker::begin_program("registrar-worker", &home.servers, &[]).await;
        let callgrind = Callgrind::new();
        let command = callgrind.command();
        let mut api = Api::begin_below(&command, "registrar-api", &home.servers, &[]).await;
        api.ready().await;
        let answers = send(&api, Ask::register(), REGISTERED, CONNECTIONS).await;
        registered(&worker, REGISTERED).await;
        let ask = Ask::Status(Arc::from(answers.locations));
        send(&api, ask, requests, CONNECTIONS).await;
        callgrind.stop(&mut api.program)
    };
    difference(what, REQUESTS, run).await
}

/// What so many more took.
pub(crate) async fn difference(
    what: String,
    [few, many]: [usize; 2],
    run: impl AsyncFn(usize) -> Profile,
) -> Subject {
    eprintln!("Counting {what} ...");
    let less = run(few).await;
    Subject { what, times: many - few, profile: run(many).await.minus(&less) }
}

/// Sends so many requests, all of which must succeed.
pub(crate) async fn send(api: &Api, ask: Ask, requests: usize, connections: usize) -> Answers {
    let address: SocketAddr = api.url.strip_prefix("http://").unwrap().parse().unwrap();
    let rate = Rate::Times(requests);
    let answers = Plan { address, ask, rate, duration: LIMIT, connections }.run().await;
    assert_eq!((answers.succeeded, answers.failed), (requests, 0));
    answers
}

/// Waits until the worker has registered so many.
pub(crate) async fn registered(worker: &Worker, rows: usize) {
    wait::until_within(LIMIT, "all are registered", async || {
        (worker.counted("registration_outcomes_total").await >= rows).then_some(())
    })
    .await;
}
