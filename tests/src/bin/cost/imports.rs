//! Imports: instructions of a row, and statements of a chunk.

use std::fmt::Write as _;
use std::time::Duration;

use registrar_domain::{ImportKey, Importer};
use registrar_storage::{ImportKeys, Pool};
use registrar_tests::api::{Api, json};
use registrar_tests::servers::{Fresh, Servers};
use registrar_tests::wait;
use registrar_tests::worker::Worker;
use uuid::Uuid;

use crate::callgrind::Callgrind;
use crate::counters::{Counters, Reader};
use crate::instructions::{Subject, difference};

/// The rows of a full chunk.
const CHUNK: usize = 500;
const ROWS: [usize; 2] = [4 * CHUNK, 20 * CHUNK];
/// Much longer than anything takes; a run that needs it hangs.
const LIMIT: Duration = Duration::from_mins(5);

/// Instructions of the API for a row that it takes in.
pub(crate) async fn upload(what: String) -> Subject {
    let run = async |rows| {
        let home = Fresh::migrated().await;
        let callgrind = Callgrind::new();
        let command = callgrind.command();
        let mut api = Api::begin_below(&command, "registrar-api", &home.servers, &[]).await;
        api.ready().await;
        send(&home.servers, &api, rows).await;
        callgrind.stop(&mut api.program)
    };
    difference(what, ROWS, run).await
}

/// Instructions of the worker for a row that it registers and counts.
pub(crate) async fn row(what: String) -> Subject {
    let run = async |rows| {
        let home = uploaded(rows).await;
        let callgrind = Callgrind::new();
        let command = callgrind.command();
        let mut worker =
            Worker::begin_below(&command, "registrar-worker", &home.servers, &[]).await;
        counted(&worker, rows).await;
        callgrind.stop(&mut worker.program)
    };
    difference(what, ROWS, run).await
}

/// What a worker sends for so many chunks, with the ledger: the difference of two imports.
pub(crate) async fn statements() -> (usize, Counters) {
    let run = async |rows| {
        let home = uploaded(rows).await;
        let mut reader = Reader::connect(&home.servers).await;
        let before = reader.read().await;
        let worker = Worker::begin_program("registrar-worker", &home.servers, &[]).await;
        counted(&worker, rows).await;
        reader.since(before).await
    };
    let [few, many] = ROWS;
    let less = run(few).await;
    ((many - few) / CHUNK, run(many).await - less)
}

/// An import that waits for a worker.
async fn uploaded(rows: usize) -> Fresh {
    let home = Fresh::migrated().await;
    let mut api = Api::begin_program("registrar-api", &home.servers, &[]).await;
    api.ready().await;
    send(&home.servers, &api, rows).await;
    api.program.stop(LIMIT);
    home
}

async fn send(servers: &Servers, api: &Api, rows: usize) {
    let key = ImportKey::generate().unwrap();
    let keys = ImportKeys::new(Pool::new(&servers.database_settings()));
    let importer = Importer::parse("cost").unwrap();
    keys.create(&importer, &key.hash(), None, "make cost").await.unwrap();
    let mut file = "first_name,last_name,email\n".to_owned();
    for _ in 0..rows {
        writeln!(file, "Ada,Lovelace,ada.{}@example.com", Uuid::now_v7().simple()).unwrap();
    }
    let request = api.client.post(format!("{}/imports", api.url)).bearer_auth(key.expose());
    let answer = request.body(file).send().await.unwrap();
    assert_eq!(answer.status(), 202);
    assert_eq!(json(answer).await["accepted"], rows);
}

async fn counted(worker: &Worker, rows: usize) {
    wait::until_within(LIMIT, "all rows are registered and counted", async || {
        (worker.counted("registration_import_rows_total").await >= rows
            && worker.counted("registration_outcomes_total").await >= rows)
            .then_some(())
    })
    .await;
}
