use registrar_domain::{ImportId, Importer, Reference};
use registrar_storage::{FAILED_ROWS_KEPT, StoredImport};
use serde::Serialize;
use serde_json::Value;
use time::OffsetDateTime;
use utoipa::ToSchema;

use super::progress::Progress;
use crate::imports::sentences;

/// Where an import stands. `rows` are `registered`, `unchanged`, `rejected`, `invalid`, `on_hold` and
/// `waiting` together.
#[derive(Debug, PartialEq, Serialize, ToSchema)]
#[schema(as = Import)]
pub struct ImportBody {
    /// `receiving`, `processing`, `finished`, `cancelled` or `broken_off`.
    #[schema(example = "processing")]
    pub status: &'static str,
    /// The same as a sentence, with what to do.
    pub message: String,
    /// Names the import.
    #[schema(example = "06EZ0DAFZPD5KS8QF72NRZ9HJWSQXFZM1G2A")]
    pub reference: String,
    pub status_url: String,
    /// The same as server-sent events.
    pub events_url: String,
    /// The rows that did not make it, as CSV.
    pub errors_url: String,
    /// Whether nothing changes any more, but for rows that an operator decides.
    pub done: bool,
    /// Who imports.
    #[schema(example = "north-school")]
    pub importer: String,
    /// The number of the key that the file was sent with; absent until that is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = 7)]
    pub key: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file_name: Option<String>,
    /// Rows of the file; absent until that is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rows: Option<u64>,
    /// Registered by this import.
    pub registered: u64,
    /// Registered before by this importer, with the same content.
    pub unchanged: u64,
    /// Duplicates, and rows that were cancelled.
    pub rejected: u64,
    /// Rows that break a rule.
    pub invalid: u64,
    /// Rows that an operator has to look at.
    pub on_hold: u64,
    /// Rows that are not decided yet.
    pub waiting: u64,
    /// On average since the upload began.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rows_per_second: Option<f64>,
    /// When the upload began.
    #[serde(with = "time::serde::rfc3339::option", skip_serializing_if = "Option::is_none")]
    pub started_at: Option<OffsetDateTime>,
    /// When the last row was decided; absent until it is.
    #[serde(with = "time::serde::rfc3339::option", skip_serializing_if = "Option::is_none")]
    pub finished_at: Option<OffsetDateTime>,
    /// When the rows that did not make it are deleted.
    #[serde(with = "time::serde::rfc3339::option", skip_serializing_if = "Option::is_none")]
    pub errors_deleted_at: Option<OffsetDateTime>,
    /// The size of the file as it was sent; absent when it was not read to its end.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bytes: Option<u64>,
    /// Its SHA-256; absent when it was not read to its end.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sha256: Option<String>,
    /// How the file was understood, as the upload was answered.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    pub understood: Option<Value>,
    /// Why the file was not read to its end, as a stable code.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "upload_broken_off")]
    pub broken_off: Option<String>,
}

/// An importer's imports, the newest first.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ImportList)]
pub struct ImportListBody {
    #[schema(example = "ok")]
    pub status: &'static str,
    pub message: String,
    pub imports: Vec<ImportBody>,
    /// The address of the next page; absent on the last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

impl ImportBody {
    pub fn new(
        (id, reference, importer): (ImportId, &Reference, &Importer),
        stored: Option<StoredImport>,
    ) -> Self {
        let progress = Progress::of_stored(stored.as_ref());
        let Progress { state, rows, counts, waiting, is_over } = progress;
        let started_at = id.generated_at();
        let last = stored.as_ref().and_then(|stored| stored.last_recorded_at);
        let took = started_at.zip(last).map(|(started, last)| (last - started).as_seconds_f64());
        let status_url = format!("/imports/{reference}");
        let key = stored.as_ref().map(|stored| stored.key);
        let (file_name, manifest, broken_off) = stored.map_or((None, None, None), |stored| {
            (stored.file_name, stored.manifest, stored.broken_off)
        });
        let (mut bytes, mut sha256, mut understood) = (None, None, None);
        if let Some(manifest) = manifest {
            // Those of a part match no file.
            if broken_off.is_none() {
                bytes = Some(manifest.bytes);
                sha256 = Some(manifest.sha256);
            }
            understood = Some(manifest.understood);
        }
        Self {
            status: state.as_str(),
            message: sentences::progress(&progress, broken_off.as_deref()),
            reference: reference.to_string(),
            events_url: format!("{status_url}/events"),
            errors_url: format!("{status_url}/errors.csv"),
            status_url,
            done: is_over,
            importer: importer.to_string(),
            key,
            file_name,
            rows,
            registered: counts.registered,
            unchanged: counts.unchanged,
            rejected: counts.rejected,
            invalid: counts.invalid,
            on_hold: counts.on_hold,
            waiting,
            rows_per_second: took.filter(|took| *took > 0.0).map(|took| rate(counts.total(), took)),
            started_at,
            finished_at: last.filter(|_| is_over),
            errors_deleted_at: started_at.map(|started| started + FAILED_ROWS_KEPT),
            bytes,
            sha256,
            understood,
            broken_off,
        }
    }
}

/// To a tenth.
#[expect(clippy::cast_precision_loss, reason = "a rate is no exact number")]
fn rate(rows: u64, seconds: f64) -> f64 {
    (rows as f64 / seconds * 10.0).round() / 10.0
}
