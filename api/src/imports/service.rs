//! Takes files in: received, read and published at once, each as fast as the slowest.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Bytes;
use futures_util::{Stream, StreamExt as _, TryStreamExt as _, stream};
use opentelemetry_semantic_conventions::attribute::ERROR_TYPE;
use registrar_domain::{DerivationKey, ImportId, Reference, ReferenceSealer};
use registrar_import_file::{Options, ReadError, Understood};
use registrar_messaging::{ImportManifest, OutgoingMessage, PublishError, Publisher};
use registrar_runtime::retry::{Backoff, RetryPolicy};
use registrar_storage::ValidImportKey;
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep};
use tokio_util::sync::CancellationToken;
use tracing::{Instrument as _, Span};

use super::answer::UnderstoodBody;
use super::chunk::Chunk;
use super::key_limits::{ImportPermit, KeyLimits, Refused};
use super::limits::ImportLimits;
use super::message::ImportMessages;
use super::reading::{BrokenOff, ReadFile, Reading, Upload};
use super::shown_errors::{ShownError, ShownErrors};
use super::upload::parameters::Parameters;
use super::upload::receive::receive;

/// So many chunks wait for their confirms at once, so that reading goes on meanwhile.
const UNCONFIRMED_CHUNKS: usize = 4;
/// So many chunks are read ahead of what is published.
const CHUNKS_AHEAD: usize = 2;
/// A broker that restarts is back by then; a client would rather wait than upload again.
const PUBLISH_FOR: Duration = Duration::from_secs(60);
const RETRY: RetryPolicy = RetryPolicy::new(Duration::from_millis(250), Duration::from_secs(5));

/// Takes files in.
#[derive(Clone)]
pub struct Imports(Arc<Shared>);

struct Shared {
    publisher: Publisher,
    derivation_key: DerivationKey,
    sealer: Arc<ReferenceSealer>,
    limits: ImportLimits,
    key_limits: KeyLimits,
    closing: CancellationToken,
}

/// A file that was taken in.
#[derive(Debug)]
pub struct Imported {
    pub reference: Reference,
    pub understood: Understood,
    pub rows: u64,
    pub invalid: u64,
    pub bytes: u64,
    pub sha256: String,
    /// What is wrong with the first invalid rows.
    pub errors: Vec<ShownError>,
    /// Why there may be more rows than were taken in.
    pub broken_off: Option<BrokenOff>,
}

/// Why nothing of a file was taken in, or not all of it.
#[derive(Debug)]
pub enum ImportError {
    /// It could not be read, or has no rows.
    Unreadable(BrokenOff),
    /// A header and nothing below it.
    NoRows,
    /// So many rows were published, then the broker took no more.
    Publish { rows: u64, error: PublishError },
    /// The thread that reads panicked.
    Internal,
}

impl Imports {
    /// Uploads are cut short once `closing` is requested.
    pub fn new(
        publisher: Publisher,
        derivation_key: DerivationKey,
        sealer: Arc<ReferenceSealer>,
        limits: ImportLimits,
        closing: CancellationToken,
    ) -> Self {
        let key_limits = KeyLimits::new(limits.clone());
        Self(Arc::new(Shared { publisher, derivation_key, sealer, limits, key_limits, closing }))
    }

    pub fn limits(&self) -> &ImportLimits {
        &self.0.limits
    }

    /// Counts an upload with this key, unless it is over a limit.
    pub fn begin(&self, key: &ValidImportKey) -> Result<ImportPermit, Refused> {
        self.0.key_limits.begin(key.id)
    }

    /// Takes a file in: every row that was read is published or invalid when this succeeds. The
    /// upload is received to its end also when it fails, so that its client gets the answer.
    pub async fn import<S, E>(
        &self,
        key: &ValidImportKey,
        permit: &ImportPermit,
        parameters: Parameters,
        upload: S,
    ) -> Result<Imported, ImportError>
    where
        S: Stream<Item = Result<Bytes, E>> + Unpin,
    {
        let messages = ImportMessages {
            id: ImportId::generate(),
            importer: key.importer.clone(),
            key: key.id,
            file_name: parameters.file_name.clone(),
        };
        let (parts, source) = Upload::new();
        let (handed_on, chunks) = mpsc::channel(CHUNKS_AHEAD);
        let reading = self.reading(messages.id, key, parameters);
        let span = Span::current();
        let reading =
            tokio::task::spawn_blocking(move || span.in_scope(|| reading.run(source, &handed_on)));
        let mut progress = Progress::default();
        let (read, (), published) = tokio::join!(
            reading,
            receive(upload, parts, self.0.limits.import_idle_timeout, &self.0.closing),
            self.publish_chunks(&messages, chunks, &mut progress),
        );
        let Progress { rows, invalid, errors } = progress;
        permit.add_rows(rows);
        let file = read.map_err(|_panic| ImportError::Internal)?;
        published.map_err(|error| ImportError::Publish { rows, error })?;
        let file = readable(file)?;
        let sha256 = hex(&file.sha256);
        let manifest = ImportManifest {
            rows: file.rows,
            chunks: file.chunks,
            bytes: file.bytes,
            sha256: sha256.clone(),
            understood: UnderstoodBody::from(&file.understood).to_json(),
            broken_off: file.broken_off.as_ref().map(|why| why.code().to_owned()),
        };
        let (message, span) = messages.manifest(manifest);
        let published = self.publish(message, span).await;
        published.map_err(|error| ImportError::Publish { rows, error })?;
        Ok(Imported {
            reference: self.0.sealer.seal_import(messages.id, &key.importer),
            understood: file.understood,
            rows: file.rows,
            invalid,
            bytes: file.bytes,
            sha256,
            errors: errors.into_vec(),
            broken_off: file.broken_off,
        })
    }

    fn reading(&self, import: ImportId, key: &ValidImportKey, parameters: Parameters) -> Reading {
        let limits = &self.0.limits;
        Reading {
            import,
            importer: key.importer.clone(),
            derivation_key: self.0.derivation_key.clone(),
            options: Options {
                encoding: parameters.encoding,
                delimiter: parameters.delimiter,
                column_names: parameters.column_names,
                max_bytes: limits.import_bytes,
            },
            max_rows: limits.import_rows,
        }
    }

    async fn publish_chunks(
        &self,
        messages: &ImportMessages,
        chunks: mpsc::Receiver<Chunk>,
        progress: &mut Progress,
    ) -> Result<(), PublishError> {
        let chunks = stream::unfold(chunks, async |mut chunks| {
            chunks.recv().await.map(|chunk| (chunk, chunks))
        });
        let publishing = chunks.map(|chunk| {
            let (rows, invalid) = (chunk.rows() as u64, chunk.invalid.len() as u64);
            let errors = ShownErrors::from_rows(&chunk.invalid);
            let (message, span) = messages.chunk(chunk);
            async move { self.publish(message, span).await.map(|()| (rows, invalid, errors)) }
        });
        let confirmed = publishing.buffered(UNCONFIRMED_CHUNKS);
        confirmed
            .try_for_each(|(rows, invalid, errors)| {
                progress.rows += rows;
                progress.invalid += invalid;
                progress.errors.append(errors);
                async { Ok(()) }
            })
            .await
    }

    /// Tries for a while: a message that is there twice does no harm.
    async fn publish(&self, message: OutgoingMessage, span: Span) -> Result<(), PublishError> {
        let publishing = async {
            let until = Instant::now() + PUBLISH_FOR;
            let mut backoff = Backoff::new(RETRY);
            loop {
                match self.0.publisher.publish(message.clone()).await {
                    Err(error) if Instant::now() < until && !self.0.closing.is_cancelled() => {
                        tracing::debug!(%error, "a message of an import is published again");
                        sleep(backoff.next_delay()).await;
                    }
                    result => return result,
                }
            }
        };
        let result = publishing.instrument(span.clone()).await;
        if let Err(error) = result {
            span.record(ERROR_TYPE, error.as_str());
            span.record("otel.status_code", "ERROR");
            tracing::warn!(%error, "an import ends before its last row");
        }
        result
    }
}

/// Of a file without a single row nothing is accepted, so that its error is the whole answer.
fn readable(file: Result<ReadFile, ReadError>) -> Result<ReadFile, ImportError> {
    let file = file.map_err(|error| ImportError::Unreadable(error.into()))?;
    match file.broken_off {
        Some(why) if file.rows == 0 => Err(ImportError::Unreadable(why)),
        None if file.rows == 0 => Err(ImportError::NoRows),
        _ => Ok(file),
    }
}

/// What the broker confirmed.
#[derive(Debug, Default)]
struct Progress {
    rows: u64,
    invalid: u64,
    errors: ShownErrors,
}

fn hex(bytes: &[u8]) -> String {
    data_encoding::HEXLOWER.encode(bytes)
}
