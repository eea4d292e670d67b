//! Chunks of imported files as a worker gets them: each student is registered once, and the counts add
//! up, whatever happens.

mod bad_days;
mod files;
mod poison;

use registrar_domain::{FailedRow, Field, ImportManifest, Registration, RowError};
use registrar_messaging::{
    Envelope, ImportCancellation, ImportChunk, ImportContent, ImportPart, REGISTRATIONS_EXCHANGE,
};
use registrar_storage::{
    DatabaseSettings, DatabaseUrl, ImportCounts, ImportReader, Pool, StoredImport,
};
use registrar_tests::broker::Broker;
use registrar_tests::servers::Servers;
use registrar_tests::wait;

use crate::storage::imports::File;

const BULK: &str = "bulk";
const INTERACTIVE: &str = "interactive";

/// The servers as an API that imports sees them.
struct Importing {
    broker: Broker,
    imports: ImportReader,
}

impl Importing {
    async fn new(servers: &Servers) -> Self {
        let url = DatabaseUrl::parse(&servers.database_url).unwrap();
        Self {
            broker: Broker::connect(&servers.amqp_url).await,
            imports: ImportReader::new(Pool::new(&DatabaseSettings::new(url))),
        }
    }

    async fn send(&self, lane: &str, envelope: &Envelope) {
        let message_id = envelope.import.as_ref().unwrap().message_id();
        self.broker.publish(REGISTRATIONS_EXCHANGE, lane, &message_id, &envelope.encode()).await;
    }

    async fn found(&self, file: &File) -> Option<StoredImport> {
        self.imports.find(file.id).await.unwrap()
    }

    async fn counts(&self, file: &File) -> ImportCounts {
        self.found(file).await.map(|import| import.counts).unwrap_or_default()
    }

    /// Waits until so many rows are counted.
    async fn counted(&self, file: &File, rows: u64) -> ImportCounts {
        wait::until(&format!("{rows} rows are counted"), async || {
            let counts = self.counts(file).await;
            (counts.total() >= rows).then_some(counts)
        })
        .await
    }

    async fn failed(&self, file: &File) -> Vec<(u32, String)> {
        let failed = self.imports.errors(file.id, 0, 10_000).await.unwrap();
        failed.into_iter().map(|failed| (failed.row, failed.errors[0].code.to_string())).collect()
    }
}

fn message(file: &File, registrations: Vec<Registration>, content: ImportContent) -> Envelope {
    let import = ImportPart {
        id: file.id,
        importer: file.importer.clone(),
        key: 7,
        file_name: Some("students.csv".to_owned()),
        content,
    };
    Envelope { registrations, import: Some(import) }
}

/// The registrations, and these rows as invalid ones.
fn chunk(file: &File, registrations: Vec<Registration>, invalid: &[u32]) -> Envelope {
    let rows = registrations.iter().filter_map(|one| Some(one.import?.row));
    let content = ImportChunk {
        first_row: rows.chain(invalid.iter().copied()).min().unwrap(),
        rows: u32::try_from(registrations.len() + invalid.len()).unwrap(),
        invalid: invalid.iter().map(|row| invalid_row(*row)).collect(),
    };
    message(file, registrations, ImportContent::Chunk(content))
}

fn invalid_row(row: u32) -> FailedRow {
    let error = RowError::new(Some(Field::Email), "invalid_email", "Correct it.");
    FailedRow { row, values: ["Ada", "L", "ada@"].map(str::to_owned), errors: vec![error] }
}

fn manifest(file: &File, rows: u64) -> Envelope {
    let manifest = ImportManifest {
        rows,
        bytes: 1,
        sha256: "ab".repeat(32),
        understood: serde_json::json!({}),
        broken_off: None,
    };
    message(file, Vec::new(), ImportContent::Manifest(manifest))
}

fn cancellation(file: &File) -> Envelope {
    message(file, Vec::new(), ImportContent::Cancellation(ImportCancellation {}))
}
