use registrar_import_file::{Format, Understood};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::broken_off::BrokenOff;
use super::shown_errors::ShownError;

/// So many columns that are not read are named.
const IGNORED_SHOWN: usize = 100;

/// How a file was understood.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = UnderstoodFile)]
pub struct UnderstoodBody {
    /// `csv`, `ndjson` or `json`.
    #[schema(example = "csv")]
    format: &'static str,
    /// Of CSV, what is between values.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = ";")]
    delimiter: Option<String>,
    /// By its WHATWG name; US-ASCII when nothing else was met.
    #[schema(example = "windows-1252")]
    encoding: &'static str,
    /// Whether it came as gzip.
    gzip: bool,
    /// The number of the row that names the columns; absent for JSON.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = 1)]
    header_row: Option<u64>,
    /// The columns that are read.
    columns: Vec<UsedColumnBody>,
    /// The names of the first hundred of the others.
    ignored: Vec<String>,
}

/// A column that is read.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = UsedColumn)]
pub struct UsedColumnBody {
    #[schema(example = "email")]
    column: &'static str,
    /// What it is called in the file.
    #[schema(example = "E-Mail")]
    name: String,
}

/// A file that was accepted, and where to look for what becomes of it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AcceptedImport)]
pub struct AcceptedImportBody {
    #[schema(example = "accepted")]
    pub status: &'static str,
    /// The counts as a sentence.
    pub message: String,
    /// Names the import; it opens with the keys of its importer and no others.
    #[schema(example = "06EZ0DAFZPD5KS8QF72NRZ9HJWSQXFZM1G2A")]
    pub reference: String,
    /// Where to look for what becomes of it.
    pub status_url: String,
    /// The same as server-sent events.
    pub events_url: String,
    /// The rows that did not make it, as CSV.
    pub errors_url: String,
    #[serde(flatten)]
    pub file: FileBody,
    /// Rows on their way to be registered.
    pub accepted: u64,
    /// When the rows that did not make it are deleted.
    #[serde(with = "time::serde::rfc3339")]
    pub errors_deleted_at: time::OffsetDateTime,
}

/// A file that was checked in a dry run.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CheckedImport)]
pub struct CheckedImportBody {
    #[schema(example = "checked")]
    pub status: &'static str,
    /// The counts as a sentence.
    pub message: String,
    #[serde(flatten)]
    pub file: FileBody,
    /// Rows that would be registered.
    pub new: u64,
    /// Rows that this importer has registered already.
    pub unchanged: u64,
    /// Rows whose e-mail address is registered already, or stands in an earlier row of the file.
    pub duplicates: u64,
}

/// What a file has.
#[derive(Debug, Serialize, ToSchema)]
pub struct FileBody {
    /// Rows with something in them.
    pub rows: u64,
    /// Rows that break a rule; each says which in the error file.
    pub invalid: u64,
    /// The first hundred errors, in the file's order.
    pub errors: Vec<ShownError>,
    pub understood: UnderstoodBody,
    /// The size of the file as it was sent; absent when it was not read to its end.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bytes: Option<u64>,
    /// Its SHA-256; absent when it was not read to its end.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sha256: Option<String>,
    /// Why the file was not read to its end; absent when it was.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub broken_off: Option<BrokenOffBody>,
    /// Fields of the form that came after the file, and were ignored; absent when there are none.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(example = json!(["dry_run"]))]
    pub ignored_fields: Vec<String>,
}

/// Why a file was not read to its end.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = BrokenOff)]
pub struct BrokenOffBody {
    /// Stable, for programs.
    #[schema(example = "upload_broken_off")]
    pub code: &'static str,
    /// What to do about it.
    pub message: String,
}

impl From<&BrokenOff> for BrokenOffBody {
    fn from(why: &BrokenOff) -> Self {
        Self { code: why.code(), message: why.message() }
    }
}

impl From<&Understood> for UnderstoodBody {
    fn from(understood: &Understood) -> Self {
        let (format, delimiter) = match understood.format {
            Format::Csv { delimiter } => ("csv", Some(delimiter.to_string())),
            Format::Ndjson => ("ndjson", None),
            Format::JsonArray => ("json", None),
        };
        let columns = understood.columns.iter().map(|column| UsedColumnBody {
            column: column.field.name(),
            name: column.name.clone(),
        });
        Self {
            format,
            delimiter,
            encoding: understood.encoding,
            gzip: understood.is_gzip,
            header_row: understood.header_row,
            columns: columns.collect(),
            ignored: understood.ignored.iter().take(IGNORED_SHOWN).cloned().collect(),
        }
    }
}

impl UnderstoodBody {
    /// Texts and numbers always become JSON.
    pub fn to_json(&self) -> Value {
        serde_json::to_value(self).unwrap_or_default()
    }
}
