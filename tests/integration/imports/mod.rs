//! What `POST /imports` promises, with the API as a process.

mod accepting;
mod beside_the_form;
mod ending;
mod keys;
mod limits;
mod memory;
mod reading;
mod refusing;
mod watching;
mod whole_path;

use std::fmt::Write as _;
use std::time::Duration;

use lapin::options::BasicGetOptions;
use lapin::{Connection, ConnectionProperties};
use registrar_domain::{ImportKey, ImportManifest, Importer, Lane};
use registrar_messaging::{Envelope, ImportChunk, ImportContent, queue_for};
use registrar_storage::{ImportKeys, Pool};
use registrar_tests::api::Api;
use reqwest::{Body, RequestBuilder};

use crate::end_to_end::Home;

/// An API and a key for it.
struct Importing {
    home: Home,
    api: Api,
    key: String,
}

/// What a test finds in the queues.
#[derive(Default)]
struct Queued {
    chunks: Vec<(Envelope, ImportChunk)>,
    manifests: Vec<ImportManifest>,
    /// All of them, chunks last.
    envelopes: Vec<Envelope>,
}

impl Importing {
    async fn start() -> Self {
        Self::start_with(&[]).await
    }

    async fn start_with(settings: &[(&str, &str)]) -> Self {
        Self::start_in(Home::new().await, settings).await
    }

    async fn start_in(home: Home, settings: &[(&str, &str)]) -> Self {
        let api = Api::start_with(&home.servers, settings).await;
        let key = create_key(&home, "north-school", None).await;
        Self { home, api, key }
    }

    /// An upload with this key and query.
    fn upload_with(&self, key: &str, query: &str, file: impl Into<Body>) -> RequestBuilder {
        let request = self.api.client.post(format!("{}/imports{query}", self.api.url));
        request.bearer_auth(key).body(file)
    }

    fn upload(&self, file: impl Into<Body>) -> RequestBuilder {
        self.upload_with(&self.key, "", file)
    }

    /// Everything that is queued.
    async fn queued(&self) -> Queued {
        let properties = ConnectionProperties::default();
        let connection = Connection::connect(&self.home.servers.amqp_url, properties).await;
        let channel = connection.unwrap().create_channel().await.unwrap();
        let mut queued = Queued::default();
        let options = BasicGetOptions { no_ack: true };
        for lane in [Lane::Interactive, Lane::Bulk] {
            while let Some(message) =
                channel.basic_get(queue_for(lane).into(), options).await.unwrap()
            {
                assert_eq!(*message.delivery.properties.delivery_mode(), Some(2), "persistent");
                queued.add(lane, Envelope::decode(&message.delivery.data).unwrap());
            }
        }
        queued
    }
}

impl Queued {
    fn add(&mut self, lane: Lane, envelope: Envelope) {
        let import = envelope.import.clone().unwrap();
        assert_eq!(import.importer.as_str(), "north-school");
        let is_chunk = matches!(import.content, ImportContent::Chunk(_));
        assert_eq!(lane == Lane::Bulk, is_chunk, "what is small does not wait behind chunks");
        self.envelopes.push(envelope.clone());
        match import.content {
            ImportContent::Chunk(chunk) => self.chunks.push((envelope, chunk)),
            ImportContent::Manifest(manifest) => self.manifests.push(manifest),
            ImportContent::Cancellation(_) => {}
        }
    }

    fn is_empty(&self) -> bool {
        self.envelopes.is_empty()
    }

    fn rows(&self) -> usize {
        let rows = |(envelope, chunk): &(Envelope, ImportChunk)| {
            envelope.registrations.len() + chunk.invalid.len()
        };
        self.chunks.iter().map(rows).sum()
    }
}

/// A key that an operator made.
pub(crate) async fn create_key(home: &Home, importer: &str, valid_for: Option<Duration>) -> String {
    let keys = ImportKeys::new(Pool::new(&home.servers.database_settings()));
    let key = ImportKey::generate().unwrap();
    let importer = Importer::parse(importer).unwrap();
    keys.create(&importer, &key.hash(), valid_for, "a test").await.unwrap();
    key.expose().to_owned()
}

/// A file with so many students.
fn file(rows: usize) -> String {
    let mut file = "first_name,last_name,email\n".to_owned();
    for row in 0..rows {
        writeln!(file, "Ada,King,ada{row}@example.com").unwrap();
    }
    file
}
