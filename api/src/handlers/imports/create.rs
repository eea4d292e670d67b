//! `POST /imports`.

use axum::Json;
use axum::body::BodyDataStream;
use axum::extract::{Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use registrar_domain::{ImportId, Reference, clock};
use registrar_storage::{FAILED_ROWS_KEPT, ValidImportKey};

use crate::admission::Admission;
use crate::extract::AuthenticatedKey;
use crate::imports::answer::{AcceptedImportBody, CheckedImportBody, FileBody};
use crate::imports::dry_run::DryRunCounts;
use crate::imports::key_limits::ImportPermit;
use crate::imports::upload::form::import_form;
use crate::imports::upload::head::{Packing, read_head};
use crate::imports::upload::parameters::Parameters;
use crate::imports::{ImportEnd, Imported, Imports, KeyRing, sentences};
use crate::metrics::imports::UploadEnd;
use crate::problem::{Problem, ProblemDocument};

/// Imports a file of students: answers at the end of the upload, once every row is stored safely in the
/// queue or named as invalid.
///
/// The body is the file: CSV with any delimiter, TSV, NDJSON, or a JSON array of up to 8 MiB; in any
/// encoding that can be recognized, compressed with gzip or not. What its first bytes are decides, whatever
/// its type. A row of the first ten must name the columns `first_name`, `last_name` and `email`, or what
/// school systems call them. To upload a file again is always right: a row that this importer has
/// registered already stays as it is, and the others go on.
///
/// Fields of a form are parameters, too, if they stand before the file; those behind it come too late, and the
/// answer names them in `ignored_fields`. Parameters in the address hold for a form as well.
///
/// A bad row never blocks the others. When the file as a whole cannot be read, nothing is accepted.
#[utoipa::path(
    post,
    path = "/imports",
    tag = "imports",
    security(("import_key" = [])),
    params(
        ("dry_run" = Option<bool>, Query, description = "`true` to read and check the file, and register nothing."),
        ("encoding" = Option<String>, Query, description = "The file's encoding, when it is not UTF-8 and cannot be recognized.", example = "windows-1251"),
        ("delimiter" = Option<String>, Query, description = "What is between values: one character, or `tab`. Found by itself when it is one of `,` `;` `|` or a tab.", example = ";"),
        ("column.first_name" = Option<String>, Query, description = "What the file calls this column."),
        ("column.last_name" = Option<String>, Query, description = "What the file calls this column."),
        ("column.email" = Option<String>, Query, description = "What the file calls this column.", example = "Kontakt"),
        ("file_name" = Option<String>, Query, description = "What the file is called, to know it again in the list of imports."),
        ("Content-Encoding" = Option<String>, Header, description = "`gzip` or none."),
    ),
    request_body(content(
        (String = "text/csv"),
        (String = "text/tab-separated-values"),
        (String = "application/x-ndjson"),
        (String = "application/json"),
        (String = "multipart/form-data"),
        (String = "application/octet-stream"),
    )),
    responses(
        (status = 200, description = "A dry run: what would become of the rows.", body = CheckedImportBody),
        (status = 202, description = "The file was read; `accepted` rows are on their way to be registered, and will not be lost. `broken_off` says when it was not read to its end.", body = AcceptedImportBody, headers(
            ("Location" = String, description = "Where to look for what becomes of it."),
        )),
        (status = 400, description = "A parameter or the form is malformed, or the upload broke off.", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 401, description = "There is no valid key.", body = ProblemDocument, content_type = "application/problem+json", headers(
            ("WWW-Authenticate" = String, description = "The scheme, `Bearer`."),
        )),
        (status = 408, description = "The upload stalled.", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 413, description = "The file is too large, or compressed too much: `errors` has a stable code. Nothing was accepted.", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 415, description = "Another kind of file, or the type of a form: the answer says what to do.", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 422, description = "The file cannot be read: `errors` has a stable code. Nothing was accepted.", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 429, description = "Too many imports with this key, or too many requests from this client.", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 500, description = "A fault of the service: upload the same file again.", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 503, description = "Cannot be accepted now, or not to its end: upload the same file again after `Retry-After`.", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 504, description = "No answer in time: upload the same file again.", body = ProblemDocument, content_type = "application/problem+json"),
    )
)]
pub async fn create(
    State(imports): State<Imports>,
    State(keys): State<KeyRing>,
    State(admission): State<Admission>,
    request: Request,
) -> Response {
    let upload = imports.metrics().begin();
    let (head, body) = request.into_parts();
    let mut begun = match Begun::from_head(&imports, &keys, &head).await {
        Ok(begun) => begun,
        Err(problem) => {
            admission.rest().drop_refused(&head.headers, body).await;
            upload.ended(UploadEnd::from(&problem));
            return problem.into_response();
        }
    };
    let mut body = body.into_data_stream();
    let imported = begun.import(&imports, &head, &mut body).await;
    admission.rest().drop_rest(body).await;
    upload.ended(imported.as_ref().map_or_else(UploadEnd::from, UploadEnd::from));
    imported.map_or_else(Problem::into_response, answer)
}

impl From<&Problem> for UploadEnd {
    fn from(problem: &Problem) -> Self {
        if problem.kind().status().is_server_error() { Self::Error } else { Self::Refused }
    }
}

impl From<&Imported> for UploadEnd {
    fn from(Imported { end, file }: &Imported) -> Self {
        match (end, &file.broken_off) {
            (ImportEnd::Checked(_), _) => Self::Checked,
            (ImportEnd::Accepted(..), None) => Self::Accepted,
            (ImportEnd::Accepted(..), Some(_)) => Self::BrokenOff,
        }
    }
}

/// An upload that may begin.
struct Begun {
    key: ValidImportKey,
    permit: ImportPermit,
    packing: Packing,
    parameters: Parameters,
}

impl Begun {
    async fn from_head(imports: &Imports, keys: &KeyRing, head: &Parts) -> Result<Self, Problem> {
        let AuthenticatedKey(key) = AuthenticatedKey::from_headers(&head.headers, keys).await?;
        let (packing, parameters) = read_head(head)?;
        let permit = imports.begin(&key)?;
        Ok(Self { key, permit, packing, parameters })
    }

    async fn import(
        &mut self,
        imports: &Imports,
        head: &Parts,
        body: &mut BodyDataStream,
    ) -> Result<Imported, Problem> {
        let parameters = std::mem::take(&mut self.parameters);
        let (key, permit) = (&self.key, &self.permit);
        match self.packing {
            Packing::Bare => Ok(imports.import(key, permit, parameters, body).await?),
            Packing::Form => import_form(imports, key, permit, parameters, (head, body)).await,
        }
    }
}

fn answer(Imported { end, file }: Imported) -> Response {
    let mut response = match end {
        ImportEnd::Accepted(id, reference) => accepted(id, &reference, file),
        ImportEnd::Checked(counts) => checked(counts, file),
    };
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

fn accepted(id: ImportId, reference: &Reference, file: FileBody) -> Response {
    let status_url = format!("/imports/{reference}");
    let location = HeaderValue::try_from(&status_url);
    let accepted = file.rows - file.invalid;
    // Every id that is made here has its time; the upload may have taken hours since.
    let begun_at = id.generated_at().unwrap_or_else(clock::now);
    let sentence = sentences::accepted(file.rows, file.invalid);
    let body = AcceptedImportBody {
        status: "accepted",
        message: with_warnings(sentence, &file),
        reference: reference.to_string(),
        events_url: format!("{status_url}/events"),
        errors_url: format!("{status_url}/errors.csv"),
        status_url,
        accepted,
        errors_deleted_at: begun_at + FAILED_ROWS_KEPT,
        file,
    };
    let mut response = (StatusCode::ACCEPTED, Json(body)).into_response();
    // A reference is always a header.
    if let Ok(location) = location {
        response.headers_mut().insert(header::LOCATION, location);
    }
    response
}

fn checked(counts: DryRunCounts, file: FileBody) -> Response {
    let sentence = sentences::checked(file.rows, file.invalid, counts);
    let DryRunCounts { new, unchanged, duplicates } = counts;
    let message = with_warnings(sentence, &file);
    let body = CheckedImportBody { status: "checked", message, new, unchanged, duplicates, file };
    Json(body).into_response()
}

fn with_warnings(mut sentence: String, file: &FileBody) -> String {
    if let Some(why) = &file.broken_off {
        sentence += " The file was not read to its end. ";
        sentence += &why.message;
    }
    if !file.ignored_fields.is_empty() {
        sentence += &sentences::ignored_fields(&file.ignored_fields);
    }
    sentence
}

#[cfg(test)]
mod tests {
    use registrar_domain::{Importer, ReferenceSealer};
    use registrar_import_file::{Format, Understood};
    use serde_json::Value;

    use super::*;
    use crate::imports::answer::UnderstoodBody;
    use crate::imports::history::body::ImportBody;

    #[tokio::test]
    async fn the_rows_that_failed_are_deleted_when_the_import_itself_says_so() {
        let importer = Importer::parse("north-school").unwrap();
        let id = ImportId::parse("0199d3c4-0000-7000-8000-000000000000").unwrap();
        let secret = "a sealing secret of some length....".to_owned().into();
        let reference = ReferenceSealer::new(&secret, &[]).seal_import(id, &importer);
        let understood = Understood {
            format: Format::Ndjson,
            encoding: "US-ASCII",
            is_gzip: false,
            header_row: None,
            columns: Vec::new(),
            ignored: Vec::new(),
        };
        let file = FileBody {
            rows: 1,
            invalid: 0,
            errors: Vec::new(),
            understood: UnderstoodBody::from(&understood),
            bytes: None,
            sha256: None,
            broken_off: None,
            ignored_fields: Vec::new(),
        };
        let answer = accepted(id, &reference, file).into_body();
        let answer = axum::body::to_bytes(answer, usize::MAX).await.unwrap();
        let answer: Value = serde_json::from_slice(&answer).unwrap();
        let import = ImportBody::new((id, &reference, &importer), None);
        let import = serde_json::to_value(import).unwrap();
        assert_eq!(answer["errors_deleted_at"], import["errors_deleted_at"]);
    }
}
