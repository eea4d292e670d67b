//! Takes files in: received, read and published at once, each as fast as the slowest.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Bytes;
use futures_util::{Stream, StreamExt as _};
use registrar_domain::{DerivationKey, ImportId, ImportManifest, ReferenceSealer};
use registrar_import_file::{Options, ReadError};
use registrar_messaging::{PublishError, Publisher};
use registrar_storage::{ImportReader, ValidImportKey};
use serde_json::Value;
use tokio::sync::mpsc;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use tracing::Span;

use super::answer::{BrokenOffBody, FileBody, UnderstoodBody};
use super::chunk::Chunk;
use super::dry_run::DryRun;
use super::key_limits::{ImportPermit, KeyLimits, Refused};
use super::limits::ImportLimits;
use super::message::ImportMessages;
use super::outcome::{ImportEnd, ImportError, Imported};
use super::publishing::{PUBLISH_FOR, Progress, Publishing};
use super::reading::{ReadFile, Reading};
use super::upload::parameters::Parameters;
use super::upload::receive::{UploadTime, receive};
use super::upload::source::Upload;
use crate::metrics::imports::ImportMetrics;

/// So many chunks are read ahead of what is published.
const CHUNKS_AHEAD: usize = 2;
/// Of a slow upload a chunk is published after so long, though it is not full.
const CHUNK_MAX_AGE: Duration = Duration::from_mins(1);
/// A client that cancels waits for the answer.
const CANCEL_FOR: Duration = Duration::from_secs(5);

/// Takes files in.
#[derive(Clone)]
pub struct Imports(Arc<Shared>);

struct Shared {
    publishing: Publishing,
    derivation_key: DerivationKey,
    sealer: Arc<ReferenceSealer>,
    stored: ImportReader,
    limits: ImportLimits,
    key_limits: KeyLimits,
    metrics: ImportMetrics,
    closing: CancellationToken,
}

impl Imports {
    /// Uploads are cut short once `closing` is requested.
    pub fn new(
        publisher: Publisher,
        derivation_key: DerivationKey,
        sealer: Arc<ReferenceSealer>,
        stored: ImportReader,
        limits: ImportLimits,
        metrics: ImportMetrics,
        closing: CancellationToken,
    ) -> Self {
        let key_limits = KeyLimits::new(limits.clone());
        let publishing = Publishing::new(publisher, metrics.clone(), closing.clone());
        Self(Arc::new(Shared {
            publishing,
            derivation_key,
            sealer,
            stored,
            limits,
            key_limits,
            metrics,
            closing,
        }))
    }

    pub fn limits(&self) -> &ImportLimits {
        &self.0.limits
    }

    pub fn metrics(&self) -> &ImportMetrics {
        &self.0.metrics
    }

    /// Counts an upload with this key, unless it is over a limit.
    pub fn begin(&self, key: &ValidImportKey) -> Result<ImportPermit, Refused> {
        self.0.key_limits.begin(key.id)
    }

    /// Takes a file in: every row that was read is published or invalid when this succeeds.
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
        let mut dry_run =
            parameters.dry_run.then(|| DryRun::new(self.0.stored.clone(), &self.0.limits));
        let (parts, source) = Upload::new();
        let (sender, chunks) = mpsc::channel(CHUNKS_AHEAD);
        let reading = self.reading(messages.id, key, parameters);
        let span = Span::current();
        let reading =
            tokio::task::spawn_blocking(move || span.in_scope(|| reading.run(source, &sender)));
        let time = UploadTime {
            idle: self.0.limits.import_idle_timeout,
            until: Instant::now() + self.0.limits.import_timeout,
        };
        let upload = upload.inspect(|part| {
            if let Ok(part) = part {
                self.0.metrics.received(part.len());
            }
        });
        let receiving = receive(upload, parts, time, &self.0.closing);
        // Boxed, or else the compiler gives up on the layout of a future of so many.
        let working = Box::pin(async {
            let mut progress = Progress::default();
            let publishing = &self.0.publishing;
            let using = Box::pin(async {
                match &mut dry_run {
                    Some(dry_run) => check_chunks(dry_run, chunks, &mut progress).await,
                    None => publishing.chunks(&messages, chunks, permit, &mut progress).await,
                }
            });
            let (read, used) = tokio::join!(reading, using);
            let file = readable(read.map_err(|_panic| ImportError::Internal)?, used)?;
            let understood = UnderstoodBody::from(&file.understood);
            let end = if let Some(dry_run) = dry_run {
                ImportEnd::Checked(dry_run.counts)
            } else {
                self.publish_manifest(&messages, &file, understood.to_json()).await?;
                let reference = self.0.sealer.seal_import(messages.id, &key.importer);
                ImportEnd::Accepted(messages.id, reference)
            };
            // Those of a part match no file.
            let is_whole = file.broken_off.is_none();
            let file = FileBody {
                rows: file.rows,
                invalid: progress.invalid,
                errors: progress.errors.into_vec(),
                understood,
                bytes: is_whole.then_some(file.bytes),
                sha256: is_whole.then_some(file.sha256),
                broken_off: file.broken_off.as_ref().map(BrokenOffBody::from),
                ignored_fields: Vec::new(),
            };
            Ok(Imported { end, file })
        });
        let (imported, ()) = tokio::join!(working, receiving);
        imported
    }

    /// Cancels an import: what is not registered yet shall not be.
    pub async fn cancel(&self, id: ImportId, key: &ValidImportKey) -> Result<(), PublishError> {
        let importer = key.importer.clone();
        let messages = ImportMessages { id, importer, key: key.id, file_name: None };
        let (message, span) = messages.cancellation();
        self.0.publishing.publish(message, span, CANCEL_FOR).await
    }

    async fn publish_manifest(
        &self,
        messages: &ImportMessages,
        file: &ReadFile,
        understood: Value,
    ) -> Result<(), ImportError> {
        let manifest = ImportManifest {
            rows: file.rows,
            bytes: file.bytes,
            sha256: file.sha256.clone(),
            understood,
            broken_off: file.broken_off.as_ref().map(|why| why.code().to_owned()),
        };
        let (message, span) = messages.manifest(manifest);
        let published = self.0.publishing.publish(message, span, PUBLISH_FOR).await;
        published.map_err(|error| ImportError::Publish { rows: file.rows, error })
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
            chunk_max_age: CHUNK_MAX_AGE,
        }
    }
}

async fn check_chunks(
    dry_run: &mut DryRun,
    mut chunks: mpsc::Receiver<Chunk>,
    progress: &mut Progress,
) -> Result<(), ImportError> {
    while let Some(chunk) = chunks.recv().await {
        let errors = dry_run.check(&chunk).await.map_err(ImportError::Storage)?;
        progress.add(chunk.rows() as u64, chunk.invalid.len() as u64, errors);
    }
    Ok(())
}

/// Of a file without a single row nothing is accepted, so that its error is the whole answer.
fn readable(
    file: Result<ReadFile, ReadError>,
    used: Result<(), ImportError>,
) -> Result<ReadFile, ImportError> {
    used?;
    let file = file.map_err(|error| ImportError::Unreadable(error.into()))?;
    match file.broken_off {
        Some(why) if file.rows == 0 => Err(ImportError::Unreadable(why)),
        None if file.rows == 0 => Err(ImportError::NoRows),
        _ => Ok(file),
    }
}
