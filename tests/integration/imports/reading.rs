use std::time::Duration;

use registrar_domain::Lane;
use registrar_messaging::{Envelope, ImportContent};
use registrar_storage::{
    ImportEntry, ImportEntryContent, LanePauses, MySqlStore, Pool, ProcessedRows,
    RegistrationStore as _,
};
use registrar_tests::api::json;
use registrar_tests::wait;
use registrar_tests::worker::Worker;
use reqwest::{Method, Response};
use serde_json::Value;

use super::{Importing, create_key, file};
use crate::storage::imports::processed;

impl Importing {
    pub(super) async fn ask_with(&self, key: &str, method: Method, path: &str) -> Response {
        let request = self.api.client.request(method, format!("{}{path}", self.api.url));
        request.bearer_auth(key).send().await.unwrap()
    }

    pub(super) async fn read(&self, path: &str) -> Value {
        let answer = self.ask_with(&self.key, Method::GET, path).await;
        assert_eq!(answer.status(), 200, "{path}");
        json(answer).await
    }

    /// The error file of an import.
    pub(super) async fn errors(&self, import: &str) -> String {
        let errors = self.ask_with(&self.key, Method::GET, &format!("{import}/errors.csv")).await;
        assert!(errors.headers()["content-type"].to_str().unwrap().starts_with("text/csv"));
        errors.text().await.unwrap()
    }

    /// Uploads a file that is accepted, and returns where its import is.
    pub(super) async fn accepted(&self, file: String) -> String {
        let answer = self.upload(file).send().await.unwrap();
        assert_eq!(answer.status(), 202);
        json(answer).await["status_url"].as_str().unwrap().to_owned()
    }

    /// Stores and records everything that is queued, but for the manifests when they shall wait.
    pub(super) async fn process(&self, manifests: bool) {
        let store = MySqlStore::new(Pool::new(&self.home.servers.database_settings()));
        for envelope in self.queued().await.envelopes {
            let Some(content) = recorded(&store, &envelope).await else { continue };
            if matches!(content, ImportEntryContent::Manifest(_)) && !manifests {
                continue;
            }
            let import = envelope.import.unwrap();
            let (id, importer, key) = (import.id, import.importer, import.key);
            let entry = ImportEntry { id, importer, key, file_name: import.file_name, content };
            store.record_imports(vec![entry]).await.unwrap();
        }
    }
}

async fn recorded(store: &MySqlStore, envelope: &Envelope) -> Option<ImportEntryContent> {
    match envelope.import.clone()?.content {
        ImportContent::Chunk(chunk) => {
            let verdicts = store.store(&envelope.registrations).await.unwrap();
            let rows = processed(envelope.is_whole_chunk(), &envelope.registrations, &verdicts);
            let (first_row, invalid) = (chunk.first_row, chunk.invalid);
            Some(ImportEntryContent::Rows(ProcessedRows { first_row, invalid, ..rows }))
        }
        ImportContent::Manifest(manifest) => Some(ImportEntryContent::Manifest(manifest)),
        ImportContent::Cancellation(_) => Some(ImportEntryContent::Cancellation),
    }
}

/// The counts, in the order in which they are answered.
pub(super) fn counts(import: &Value) -> Vec<u64> {
    ["registered", "unchanged", "rejected", "invalid", "on_hold", "waiting"]
        .map(|name| import[name].as_u64().unwrap())
        .into()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_import_is_followed_from_its_answer_to_its_end() {
    let importing = Importing::start().await;
    let sent =
        file(600).replace("ada7@example.com", "ada7").replace("Ada,King,ada9@", "Eda,King,ada8@");
    let import = importing.accepted(sent.clone()).await;
    let before = importing.read(&import).await;
    assert_eq!((&before["status"], &before["done"]), (&"processing".into(), &false.into()));
    assert!(before["started_at"].is_string(), "{before}");
    importing.process(true).await;
    let answer = importing.ask_with(&importing.key, Method::GET, &import).await;
    let tag = answer.headers()["etag"].clone();
    let after = json(answer).await;
    assert_eq!((&after["status"], &after["done"]), (&"finished".into(), &true.into()));
    assert_eq!((&after["rows"], counts(&after)), (&600.into(), vec![598, 0, 1, 1, 0, 0]));
    assert_eq!((&after["importer"], &after["bytes"]), (&"north-school".into(), &sent.len().into()));
    assert_eq!(after["understood"]["format"], "csv");
    assert!(after["finished_at"].is_string() && after["rows_per_second"].is_f64(), "{after}");
    let unchanged = importing.api.get(&import).bearer_auth(&importing.key);
    let unchanged = unchanged.header("if-none-match", tag).send().await.unwrap();
    assert_eq!(unchanged.status(), 304);

    let events = importing.ask_with(&importing.key, Method::GET, &format!("{import}/events")).await;
    assert_eq!(events.headers()["content-type"], "text/event-stream");
    let events = events.text().await.unwrap();
    let data = events.lines().find_map(|line| line.strip_prefix("data: ")).unwrap();
    assert_eq!(serde_json::from_str::<Value>(data).unwrap(), after);

    let errors = importing.errors(&import).await;
    let lines: Vec<_> = errors.lines().collect();
    assert_eq!(lines[0], "\u{feff}_row,first_name,last_name,email,_column,_code,_advice");
    assert!(lines[1].starts_with("9,Ada,King,ada7,email,invalid_email,"), "{errors}");
    assert!(lines[2].starts_with("11,Eda,King,ada8@example.com,"), "{errors}");
    assert_eq!(lines.len(), 3);

    // The same file again changes nothing.
    let again = importing.accepted(sent).await;
    importing.process(true).await;
    assert_eq!(counts(&importing.read(&again).await), [0, 598, 1, 1, 0, 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_error_file_of_several_pages_has_every_row_once() {
    let importing = Importing::start().await;
    // One ends with a page.
    for rows in [100, 101] {
        let import = importing.accepted(file(rows).replace('@', " at ")).await;
        importing.process(true).await;
        let errors = importing.errors(&import).await;
        let numbers = errors.lines().skip(1).map(|line| line.split(',').next().unwrap().parse());
        let numbers: Vec<usize> = numbers.map(Result::unwrap).collect();
        assert_eq!(numbers, (2..rows + 2).collect::<Vec<_>>());
    }
}

/// Or else the one right file would be taken for another.
#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_was_not_read_to_its_end_has_no_size_and_no_hash() {
    let importing = Importing::start_with(&[("REGISTRAR_IMPORT_ROWS", "10")]).await;
    let import = importing.accepted(file(11)).await;
    importing.process(true).await;
    let body = importing.read(&import).await;
    assert_eq!((&body["status"], &body["rows"]), (&"broken_off".into(), &10.into()));
    assert!(body.get("sha256").is_none() && body.get("bytes").is_none(), "{body}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_import_without_a_manifest_is_broken_off_once_a_worker_found_that_none_comes() {
    let importing = Importing::start().await;
    let import = importing.accepted(file(3)).await;
    importing.process(false).await;
    let body = importing.read(&import).await;
    assert_eq!((&body["status"], counts(&body)), (&"receiving".into(), vec![3, 0, 0, 0, 0, 0]));
    let store = MySqlStore::new(Pool::new(&importing.home.servers.database_settings()));
    let silent = store.silent_imports(Duration::ZERO).await.unwrap();
    store.mark_broken_off(&silent).await.unwrap();
    let body = importing.read(&import).await;
    assert_eq!((&body["status"], &body["done"]), (&"broken_off".into(), &true.into()));
    assert_eq!((&body["rows"], &body["broken_off"]), (&3.into(), &"upload_broken_off".into()));
    assert!(body["message"].as_str().unwrap().contains("Upload the same file again"), "{body}");
}

/// A paused lane is not the end of an upload, however long it lasts.
#[tokio::test(flavor = "multi_thread")]
async fn how_many_rows_a_file_has_is_known_while_its_chunks_wait() {
    let importing = Importing::start().await;
    let servers = &importing.home.servers;
    let pauses = LanePauses::new(Pool::new(&servers.database_settings()));
    pauses.pause(Lane::Bulk, Duration::from_hours(1), "a test", "ada").await.unwrap();
    let _worker = Worker::start(servers).await;
    let import = importing.accepted(file(600)).await;
    let body = wait::until("the manifest is recorded", async || {
        let body = importing.read(&import).await;
        body["rows"].is_u64().then_some(body)
    })
    .await;
    assert_eq!((&body["status"], &body["rows"]), (&"processing".into(), &600.into()));
    assert_eq!(counts(&body), [0, 0, 0, 0, 0, 600]);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_importer_sees_its_own_imports_with_any_of_its_keys_and_no_others() {
    let importing = Importing::start_with(&[("REGISTRAR_IMPORTS_PER_MINUTE", "100")]).await;
    let same = create_key(&importing.home, "north-school", None).await;
    let other = create_key(&importing.home, "south-school", None).await;
    let mut imports = Vec::new();
    for rows in 1..=52 {
        imports.push(importing.accepted(file(rows)).await);
    }
    importing.process(true).await;
    for (method, path) in [
        (Method::GET, ""),
        (Method::GET, "/events"),
        (Method::GET, "/errors.csv"),
        (Method::POST, "/cancel"),
    ] {
        let path = format!("{}{path}", imports[0]);
        let answer = importing.ask_with(&other, method.clone(), &path).await;
        assert_eq!(answer.status(), 404, "{path}");
        assert_eq!(json(answer).await["type"], "/docs#unknown-import", "{path}");
        let without_key =
            importing.api.client.request(method, format!("{}{path}", importing.api.url));
        assert_eq!(without_key.send().await.unwrap().status(), 401, "{path}");
    }
    assert_eq!(importing.ask_with(&same, Method::GET, &imports[0]).await.status(), 200);
    let others = json(importing.ask_with(&other, Method::GET, "/imports").await).await;
    assert_eq!(others["imports"], serde_json::json!([]));
    let first = importing.read("/imports").await;
    let second = importing.read(first["next"].as_str().unwrap()).await;
    let listed = [&first, &second].map(|page| page["imports"].as_array().unwrap().clone()).concat();
    let listed: Vec<_> = listed.iter().map(|one| one["status_url"].as_str().unwrap()).collect();
    imports.reverse();
    assert_eq!(listed, imports);
    assert!(second.get("next").is_none(), "{second}");
    let twice = importing.ask_with(&same, Method::GET, "/imports?before=a&before=b").await;
    assert_eq!(twice.status(), 400);
    assert_eq!(json(twice).await["type"], "/docs#malformed-parameter");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cancellation_overtakes_the_chunks() {
    let importing = Importing::start().await;
    let import = importing.accepted(file(3)).await;
    let answer =
        importing.ask_with(&importing.key, Method::POST, &format!("{import}/cancel")).await;
    assert_eq!(answer.status(), 202);
    let body = json(answer).await;
    assert_eq!(body["status"], "cancelling");
    assert!(body["message"].is_string());
    importing.process(true).await;
    let body = importing.read(&import).await;
    assert_eq!((&body["status"], counts(&body)), (&"cancelled".into(), vec![0, 0, 3, 0, 0, 0]));
    assert_eq!(importing.errors(&import).await.matches("import_cancelled").count(), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dry_run_says_what_would_become_of_each_row_and_sends_nothing() {
    let importing = Importing::start().await;
    importing.accepted(file(2)).await;
    importing.process(true).await;
    let checked = "first_name,last_name,email\n\
                   Ada,King,ada0@example.com\n\
                   Ada,King,ada0@example.com\n\
                   Eda,King,ada1@example.com\n\
                   Ida,King,ida@example.com\n\
                   Ida,Prince,IDA@example.com\n\
                   ,,no-address\n";
    let dry_run = importing.upload_with(&importing.key, "?dry_run=true", checked);
    let answer = dry_run.send().await.unwrap();
    assert_eq!(answer.status(), 200);
    let body = json(answer).await;
    assert_eq!((&body["status"], &body["rows"]), (&"checked".into(), &6.into()));
    let counts = ["new", "unchanged", "duplicates", "invalid"].map(|name| body[name].as_u64());
    assert_eq!(counts, [Some(1), Some(2), Some(2), Some(1)], "{body}");
    let errors = body["errors"].as_array().unwrap();
    let errors: Vec<_> = errors
        .iter()
        .map(|error| (error["row"].as_u64().unwrap(), error["code"].as_str().unwrap()))
        .collect();
    assert_eq!(
        errors,
        [
            (4, "email_already_registered"),
            (6, "email_of_row"),
            (7, "required"),
            (7, "required"),
            (7, "invalid_email"),
        ]
    );
    assert!(importing.queued().await.is_empty());
    assert_eq!(importing.read("/imports").await["imports"].as_array().unwrap().len(), 1);
}
