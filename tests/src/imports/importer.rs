use std::collections::BTreeMap;
use std::time::Duration;

use registrar_domain::{ImportId, ImportKey, ReferenceSealer};
use registrar_storage::{ImportKeys, Pool};
use reqwest::{Client, Method, RequestBuilder, StatusCode};
use serde_json::Value;

use super::upload::OpenUpload;
use crate::program::SEALING_SECRET;
use crate::servers::Servers;
use crate::wait;

const NAME: &str = "north-school";
/// An answer that takes longer is none.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(10);

/// Who uploads files, with a key.
#[derive(Clone, Debug)]
pub(super) struct Importer {
    api_url: String,
    key: String,
    client: Client,
}

impl Importer {
    /// An importer with a key that an operator made.
    pub(super) async fn new(servers: &Servers, api_url: &str) -> Self {
        let keys = ImportKeys::new(Pool::new(&servers.database_settings()));
        let key = ImportKey::generate().unwrap();
        keys.create(&name(), &key.hash(), None, "a test").await.unwrap();
        let client = Client::builder().no_proxy().build().unwrap();
        Self { api_url: api_url.to_owned(), key: key.expose().to_owned(), client }
    }

    fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.client.request(method, format!("{}{path}", self.api_url)).bearer_auth(&self.key)
    }

    /// Begins an upload.
    pub(super) fn upload(&self) -> OpenUpload {
        OpenUpload::new(self.request(Method::POST, "/imports"))
    }

    /// What `GET /imports` says, when it is answered: the newest first.
    pub(super) async fn list(&self) -> Option<Vec<Value>> {
        let request = self.request(Method::GET, "/imports").timeout(ANSWER_TIMEOUT);
        let answer = request.send().await.ok().filter(|one| one.status() == StatusCode::OK)?;
        let body: Value = answer.json().await.ok()?;
        assert!(body.get("next").is_none(), "a test has few imports");
        Some(body["imports"].as_array().unwrap().clone())
    }

    /// Cancels an import.
    pub(super) async fn cancel(&self, status_url: &str) {
        let request = self.request(Method::POST, &format!("{status_url}/cancel"));
        assert_eq!(request.send().await.unwrap().status(), StatusCode::ACCEPTED);
    }

    /// The error file: the code of each row in it.
    pub(super) async fn failed_rows(&self, status_url: &str) -> BTreeMap<u32, String> {
        let text = wait::until("the error file is read", async || {
            let request = self.request(Method::GET, &format!("{status_url}/errors.csv"));
            let answer = request.send().await.ok()?;
            if answer.status() == StatusCode::OK { answer.text().await.ok() } else { None }
        })
        .await;
        let mut failed = BTreeMap::new();
        for line in text.lines().skip(1) {
            // No value in the files of these tests has a comma or a quotation mark.
            let cells: Vec<_> = line.split(',').collect();
            let (row, code) = (cells[0].parse().unwrap(), cells[5].to_owned());
            assert_eq!(failed.insert(row, code), None, "row {row} is there once");
        }
        failed
    }
}

fn name() -> registrar_domain::Importer {
    registrar_domain::Importer::parse(NAME).unwrap()
}

/// The import behind a reference that an API under test issued.
pub(super) fn import_of(reference: &str) -> ImportId {
    ReferenceSealer::new(&SEALING_SECRET.into(), &[]).open_import(reference, &name()).unwrap()
}
