//! A file in `multipart/form-data`, as browsers and `curl -F` send it.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use axum::body::{BodyDataStream, Bytes};
use axum::http::header;
use axum::http::request::Parts;
use futures_util::{Stream, StreamExt as _};
use multer::Multipart;
use registrar_storage::ValidImportKey;
use tokio::time::timeout;

use super::parameters::Parameters;
use crate::imports::key_limits::ImportPermit;
use crate::imports::outcome::Imported;
use crate::imports::service::Imports;
use crate::problem::{Problem, ProblemKind};

/// The most bytes of a form without its file. The library keeps what it has not understood yet, so
/// this bounds its memory.
const FIELDS_MAX_BYTES: usize = 256 * 1024;
/// So many fields behind the file are named, with so much of their names.
const LATE_FIELDS: usize = 10;
const LATE_NAME_CHARACTERS: usize = 60;
/// The field of the file, should it have no name of its own.
const FILE_FIELD: &str = "file";

/// Imports the first file of a form. The fields before it are parameters.
pub async fn import_form(
    imports: &Imports,
    key: &ValidImportKey,
    permit: &ImportPermit,
    mut parameters: Parameters,
    (head, body): (&Parts, &mut BodyDataStream),
) -> Result<Imported, Problem> {
    let idle = imports.limits().import_idle_timeout;
    let is_in_file = AtomicBool::new(false);
    let mut form = Multipart::new(bounded(body, &is_in_file), boundary(head)?);
    loop {
        let field = timeout(idle, form.next_field()).await.map_err(|_elapsed| too_slow())?;
        let Some(field) = field.map_err(|_| not_a_form())? else { return Err(without_file()) };
        let name = field.name().unwrap_or_default().to_owned();
        if field.file_name().is_some() || name == FILE_FIELD {
            is_in_file.store(true, Ordering::Relaxed);
            if let (None, Some(name)) = (&parameters.file_name, field.file_name()) {
                parameters.name_file(name);
            }
            let mut imported = imports.import(key, permit, parameters, field).await?;
            if imported.file.broken_off.is_none() {
                is_in_file.store(false, Ordering::Relaxed);
                imported.file.ignored_fields = late_fields(&mut form, idle).await;
            }
            return Ok(imported);
        }
        let value = timeout(idle, field.text()).await.map_err(|_elapsed| too_slow())?;
        parameters.set(&name, &value.map_err(|_| not_a_form())?)?;
    }
}

/// The names of the first fields behind the file. They came too late to change how it is read, and
/// are to be named rather than passed over: one of them may be `dry_run`.
async fn late_fields(form: &mut Multipart<'_>, time: Duration) -> Vec<String> {
    let mut names = Vec::new();
    let reading = async {
        while let (true, Ok(Some(field))) = (names.len() < LATE_FIELDS, form.next_field().await) {
            let name = field.name().unwrap_or_default().chars().filter(char::is_ascii_graphic);
            names.push(name.take(LATE_NAME_CHARACTERS).collect());
        }
    };
    // What did not arrive cannot be named; the file did.
    let _elapsed = timeout(time, reading).await;
    names
}

fn boundary(head: &Parts) -> Result<String, Problem> {
    let content_type = head.headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    multer::parse_boundary(content_type.unwrap_or_default()).map_err(|_| {
        malformed("The Content-Type names no boundary. Let your browser or library set it.")
    })
}

fn bounded<'a>(
    body: &'a mut BodyDataStream,
    is_in_file: &'a AtomicBool,
) -> impl Stream<Item = Result<Bytes, axum::Error>> + Send + 'a {
    let mut outside = 0;
    body.map(move |part| {
        let part = part?;
        if !is_in_file.load(Ordering::Relaxed) {
            outside += part.len();
        }
        if outside > FIELDS_MAX_BYTES {
            Err(axum::Error::new(std::io::Error::from(std::io::ErrorKind::FileTooLarge)))
        } else {
            Ok(part)
        }
    })
}

fn malformed(sentence: &str) -> Problem {
    Problem::new(ProblemKind::MalformedRequest, sentence)
}

fn not_a_form() -> Problem {
    malformed("The form is malformed or broke off. Send it again, or send the file itself.")
}

fn without_file() -> Problem {
    malformed("The form has no file. Send the file as a field named \"file\".")
}

fn too_slow() -> Problem {
    Problem::new(ProblemKind::BodyTimeout, "The upload did not arrive in time. Send it again.")
}
