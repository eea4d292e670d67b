//! `registrar import` against an API and a worker.

use std::fs;
use std::path::PathBuf;

use registrar_domain::{ImportKey, Importer};
use registrar_storage::{ImportKeys, Pool};
use registrar_tests::api::Api;
use registrar_tests::command::Ended;
use registrar_tests::oracle::Oracle;
use registrar_tests::worker::Worker;
use serde_json::Value;

use super::{Home, registrar};

/// An installation, a key for it, and a folder for files.
pub(super) struct Importing {
    pub(super) home: Home,
    pub(super) api: Api,
    pub(super) key: String,
    folder: tempfile::TempDir,
}

impl Importing {
    pub(super) async fn start() -> Self {
        let home = Home::new().await;
        let api = Api::start(&home.servers).await;
        let keys = ImportKeys::new(Pool::new(&home.servers.database_settings()));
        let key = ImportKey::generate().unwrap();
        let importer = Importer::parse("north-school").unwrap();
        keys.create(&importer, &key.hash(), None, "a test").await.unwrap();
        let key = key.expose().to_owned();
        Self { home, api, key, folder: tempfile::tempdir().unwrap() }
    }

    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(super) fn write(&self, name: &str, content: impl AsRef<[u8]>) -> String {
        let path = self.path(name);
        fs::write(&path, content).unwrap();
        path.to_str().unwrap().to_owned()
    }

    pub(super) async fn import(&self, arguments: &[&str]) -> Ended {
        self.import_at(&self.api.url, arguments).await
    }

    pub(super) async fn import_at(&self, url: &str, arguments: &[&str]) -> Ended {
        let settings = [("REGISTRAR_API_URL", url), ("REGISTRAR_IMPORT_KEY", &*self.key)];
        registrar(&[&["import"], arguments].concat(), &settings).await
    }

    pub(super) async fn revoke_key(&self) {
        let keys = ImportKeys::new(Pool::new(&self.home.servers.database_settings()));
        let key = keys.list().await.unwrap().remove(0);
        assert!(keys.revoke(key.id, "a test").await.unwrap());
    }

    pub(super) async fn students(&self) -> usize {
        Oracle::new(&self.home.servers.database_url).students().await
    }
}

const MESSY: &str = "Anmeldungen 2026;;;\r\n\r\nVorname;Nachname;Kennwort;E-Mail\r\n\
    Jörg;Müller;geheim;joerg@example.com\r\n\
    't Hooft;=1+1;'x;hooft\r\n\
    Åse;Løvås;=2;aase@example.com\r\n\
    Eda;King;;JOERG@example.com\r\n";

#[tokio::test(flavor = "multi_thread")]
async fn rows_that_did_not_make_it_come_back_with_all_columns_and_are_imported_once_corrected() {
    let importing = Importing::start().await;
    let _worker = Worker::start(&importing.home.servers).await;
    let file = importing.write("liste.csv", MESSY);
    let ended = importing.import(&[&file, "--wait"]).await;
    assert_eq!(ended.code, Some(1), "{ended:?}");
    for said in
        ["CSV with semicolons, in UTF-8, with its header in row 3", "2 registered", "--wait "]
    {
        assert!(ended.stdout.contains(said), "{ended:?}");
    }
    let path = importing.path("liste.csv.errors.csv");
    let errors = fs::read_to_string(&path).unwrap();
    let lines: Vec<_> = errors.lines().collect();
    assert_eq!(lines[0], "\u{feff}_row;_column;_code;_advice;Vorname;Nachname;Kennwort;E-Mail");
    assert!(lines[1].starts_with("5;email;invalid_email;"), "{errors}");
    assert!(lines[1].ends_with(";''t Hooft;'=1+1;''x;hooft"), "{errors}");
    assert!(lines[2].starts_with("7;email;"), "{errors}");
    assert!(lines[2].ends_with(";Eda;King;;JOERG@example.com"), "{errors}");
    assert_eq!(lines.len(), 3, "{errors}");

    let corrected = errors
        .replace(";hooft", ";hooft@example.com")
        .replace(";JOERG@example.com", ";eda@example.com");
    let corrected = importing.write("corrected.csv", corrected);
    let ended = importing.import(&[&corrected, "--wait", "--json"]).await;
    assert_eq!(ended.code, Some(0), "{ended:?}");
    let import: Value = serde_json::from_str(&ended.stdout).unwrap();
    assert_eq!((&import["registered"], &import["status"]), (&2.into(), &"finished".into()));
    let oracle = Oracle::new(&importing.home.servers.database_url);
    assert_eq!(
        oracle.count("students WHERE first_name = '''t Hooft' AND last_name = '=1+1'").await,
        1
    );
    assert_eq!(importing.students().await, 4);

    let again = importing.import(&[&corrected, "--wait"]).await;
    assert_eq!(again.code, Some(0), "{again:?}");
    assert!(again.stdout.contains("2 registered before, unchanged"), "{again:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn imports_are_listed_shown_and_their_errors_joined_later() {
    let importing = Importing::start().await;
    let _worker = Worker::start(&importing.home.servers).await;
    let file = importing.write("liste.csv", MESSY);
    let accepted = importing.import(&[&file, "--json"]).await;
    assert_eq!(accepted.code, Some(1), "an invalid row is known at once: {accepted:?}");
    let accepted: Value = serde_json::from_str(&accepted.stdout).unwrap();
    let reference = accepted["reference"].as_str().unwrap();
    assert!(!importing.path("liste.csv.errors.csv").exists());

    registrar_tests::wait::until("the import is done", async || {
        let shown = importing.import(&["show", reference]).await;
        (shown.code == Some(1)).then_some(())
    })
    .await;
    let listed = importing.import(&["list", "--json"]).await;
    let listed: Value = serde_json::from_str(&listed.stdout).unwrap();
    assert_eq!(listed[0]["reference"], reference);
    assert_eq!(listed[0]["file_name"], "liste.csv");

    let printed = importing.import(&["errors", reference]).await;
    assert!(printed.stdout.starts_with("\u{feff}_row,first_name,"), "{printed:?}");
    let other = importing.write("other.csv", MESSY.replace("Eda", "Ida"));
    let refused = importing.import(&["errors", reference, &other]).await;
    assert_eq!(refused.code, Some(2), "{refused:?}");
    assert!(refused.stderr.contains("not the file that was imported"), "{refused:?}");
    let written = importing.import(&["errors", reference, &file]).await;
    assert_eq!(written.code, Some(1), "{written:?}");
    assert_eq!(
        fs::read_to_string(importing.path("liste.csv.errors.csv")).unwrap().lines().count(),
        3
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dry_run_registers_nothing() {
    let importing = Importing::start().await;
    let _worker = Worker::start(&importing.home.servers).await;
    let file = importing.write("liste.csv", MESSY);
    let ended = importing.import(&[&file, "--dry-run"]).await;
    assert_eq!((ended.code, ended.stderr.lines().count()), (Some(1), 1), "{ended:?}");
    assert!(ended.stdout.contains("Nothing was registered."), "{ended:?}");
    assert!(ended.stdout.contains("\n  row 5, email: "), "{ended:?}");
    assert_eq!(importing.students().await, 0);
    let listed = importing.import(&["list"]).await;
    assert!(listed.stdout.starts_with("There are no imports yet."), "{listed:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cancelled_import_registers_no_more_and_says_so() {
    let importing = Importing::start().await;
    let file =
        importing.write("list.csv", "first_name,last_name,email\nAda,King,ada@example.com\n");
    let accepted = importing.import(&[&file, "--json"]).await;
    assert_eq!(accepted.code, Some(0), "{accepted:?}");
    let accepted: Value = serde_json::from_str(&accepted.stdout).unwrap();
    let reference = accepted["reference"].as_str().unwrap();
    let cancelled = importing.import(&["cancel", reference]).await;
    assert_eq!(cancelled.code, Some(0), "{cancelled:?}");
    assert!(cancelled.stdout.starts_with("The import is being cancelled."), "{cancelled:?}");
    let unknown = importing.import(&["cancel", "06CX7H2T01R010000000000004FBA5YTS330"]).await;
    assert_eq!(unknown.code, Some(2), "{unknown:?}");
    assert_eq!(unknown.stderr.lines().count(), 1, "{unknown:?}");
}
