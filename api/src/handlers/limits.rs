//! `GET /limits`.

use axum::Json;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use registrar_domain::{
    EMAIL_LOCAL_PART_MAX_BYTES, EMAIL_MAX_CHARACTERS, IDEMPOTENCY_KEY_MAX_CHARACTERS,
    IDEMPOTENCY_KEY_MIN_CHARACTERS, NAME_MAX_CHARACTERS,
};
use registrar_import_file::{COLUMNS_MAX, HEADER_WITHIN_ROWS, JSON_ARRAY_MAX_BYTES, ROW_MAX_BYTES};
use serde::Serialize;
use utoipa::ToSchema;

use crate::admission::Admission;
use crate::imports::ImportLimits;
use crate::status::{CacheRule, conditional, entity_tag, entity_tag_of_bytes};

/// Every limit a client should know. Times are in seconds.
#[derive(Debug, Serialize, ToSchema)]
pub struct LimitsBody {
    #[schema(example = "ok")]
    status: &'static str,
    message: &'static str,
    /// The largest body of a registration.
    body_bytes: usize,
    /// How long a body may take to arrive.
    body_seconds: f64,
    /// The largest headers together.
    header_bytes: usize,
    /// The most headers.
    header_count: usize,
    /// How long the headers may take to arrive, and a connection may be idle.
    header_seconds: f64,
    /// The longest address, path and query.
    uri_bytes: usize,
    /// The most characters of a first or last name.
    name_characters: usize,
    /// The most characters of an e-mail address.
    email_characters: usize,
    /// The most bytes, in UTF-8, of an e-mail address in front of its @.
    email_local_part_bytes: usize,
    /// The fewest characters of an Idempotency-Key.
    idempotency_key_min_characters: usize,
    /// The most characters of an Idempotency-Key.
    idempotency_key_max_characters: usize,
    /// How long a request may take, not counting a wait that was asked for.
    request_seconds: f64,
    /// The longest wait that Prefer: wait may ask for.
    wait_seconds: f64,
    /// The most clients of an instance that wait for outcomes at once.
    streams: usize,
    /// How long an event stream lasts; then open another.
    stream_seconds: f64,
    /// Requests a second that one client may send on average; absent when not limited.
    #[serde(skip_serializing_if = "Option::is_none")]
    requests_per_second: Option<u32>,
    /// Requests that one client may send at once; absent when not limited.
    #[serde(skip_serializing_if = "Option::is_none")]
    requests_at_once: Option<u32>,
    imports: ImportLimitsBody,
}

/// The limits of imports.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ImportLimits)]
pub struct ImportLimitsBody {
    /// The largest file, uncompressed.
    bytes: u64,
    /// The most rows of a file.
    rows: u64,
    /// The most columns of a file.
    columns: usize,
    /// The most bytes of a row, in UTF-8.
    row_bytes: usize,
    /// The largest JSON array; NDJSON may be as large as CSV.
    json_array_bytes: usize,
    /// The header is one of so many first rows.
    header_within_rows: usize,
    /// How long an upload may send nothing.
    idle_seconds: f64,
    /// How long an upload may take.
    upload_seconds: f64,
    /// Uploads at once with one key.
    at_once: usize,
    /// Uploads a minute with one key.
    per_minute: u32,
    /// Rows a day with one key.
    rows_per_day: u64,
}

impl From<&ImportLimits> for ImportLimitsBody {
    fn from(limits: &ImportLimits) -> Self {
        Self {
            bytes: limits.import_bytes,
            rows: limits.import_rows,
            columns: COLUMNS_MAX,
            row_bytes: ROW_MAX_BYTES,
            json_array_bytes: JSON_ARRAY_MAX_BYTES,
            header_within_rows: HEADER_WITHIN_ROWS,
            idle_seconds: limits.import_idle_timeout.as_secs_f64(),
            upload_seconds: limits.import_timeout.as_secs_f64(),
            at_once: limits.imports_per_key,
            per_minute: limits.imports_per_minute,
            rows_per_day: limits.import_rows_per_day,
        }
    }
}

/// Every limit a client should know.
#[utoipa::path(get, path = "/limits", tag = "service", responses((status = 200, body = LimitsBody)))]
pub async fn limits(State(admission): State<Admission>, headers: HeaderMap) -> Response {
    let limits = admission.limits();
    let rate = limits.rate();
    let body = LimitsBody {
        status: "ok",
        message: "These are the limits of this service; times are in seconds.",
        body_bytes: limits.body_bytes,
        body_seconds: limits.body_timeout.as_secs_f64(),
        header_bytes: limits.header_bytes,
        header_count: limits.header_count,
        header_seconds: limits.header_timeout.as_secs_f64(),
        uri_bytes: limits.uri_bytes,
        name_characters: NAME_MAX_CHARACTERS,
        email_characters: EMAIL_MAX_CHARACTERS,
        email_local_part_bytes: EMAIL_LOCAL_PART_MAX_BYTES,
        idempotency_key_min_characters: IDEMPOTENCY_KEY_MIN_CHARACTERS,
        idempotency_key_max_characters: IDEMPOTENCY_KEY_MAX_CHARACTERS,
        request_seconds: limits.request_timeout.as_secs_f64(),
        wait_seconds: limits.wait.as_secs_f64(),
        streams: limits.streams,
        stream_seconds: limits.stream_duration.as_secs_f64(),
        requests_per_second: rate.map(|(per_second, _)| per_second.get()),
        requests_at_once: rate.map(|(_, burst)| burst.get()),
        imports: (&limits.imports).into(),
    };
    let json = serde_json::to_vec(&body);
    let tag = json.map_or_else(|_| entity_tag("limits"), |json| entity_tag_of_bytes(&json));
    conditional(&headers, CacheRule::Public, tag, Json(body))
}
