//! A file in `multipart/form-data`, as browsers and `curl -F` send it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use axum::RequestExt as _;
use axum::body::Body;
use axum::extract::{DefaultBodyLimit, Multipart, Request};
use futures_util::StreamExt as _;
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
/// The field of the file, should it have no name of its own.
const FILE_FIELD: &str = "file";

/// Imports the first file of a form. The fields before it are parameters.
pub async fn import_form(
    imports: &Imports,
    key: &ValidImportKey,
    permit: &ImportPermit,
    mut parameters: Parameters,
    request: Request,
) -> Result<Imported, Problem> {
    let idle = imports.limits().import_idle_timeout;
    let is_in_file = Arc::new(AtomicBool::new(false));
    let mut form = open(request, &is_in_file).await?;
    loop {
        let field = timeout(idle, form.next_field()).await.map_err(|_elapsed| too_slow())?;
        let Some(field) = field.map_err(|_| not_a_form())? else { return Err(without_file()) };
        let name = field.name().unwrap_or_default().to_owned();
        if field.file_name().is_some() || name == FILE_FIELD {
            is_in_file.store(true, Ordering::Relaxed);
            if let (None, Some(name)) = (&parameters.file_name, field.file_name()) {
                parameters.name_file(name);
            }
            let imported = imports.import(key, permit, parameters, field).await;
            is_in_file.store(false, Ordering::Relaxed);
            drop_rest(&mut form, idle).await;
            return Ok(imported?);
        }
        let value = timeout(idle, field.text()).await.map_err(|_elapsed| too_slow())?;
        if let Err(problem) = parameters.set(&name, &value.map_err(|_| not_a_form())?) {
            is_in_file.store(true, Ordering::Relaxed);
            drop_rest(&mut form, idle).await;
            return Err(problem);
        }
    }
}

async fn open(request: Request, is_in_file: &Arc<AtomicBool>) -> Result<Multipart, Problem> {
    let is_in_file = Arc::clone(is_in_file);
    let mut request = request.map(|body| bounded(body, is_in_file));
    DefaultBodyLimit::disable().apply(&mut request);
    request.extract().await.map_err(|_rejection| {
        malformed("The Content-Type names no boundary. Let your browser or library set it.")
    })
}

fn bounded(body: Body, is_in_file: Arc<AtomicBool>) -> Body {
    let mut outside = 0;
    Body::from_stream(body.into_data_stream().map(move |part| {
        let part = part?;
        if !is_in_file.load(Ordering::Relaxed) {
            outside += part.len();
        }
        if outside > FIELDS_MAX_BYTES {
            Err(axum::Error::new(std::io::Error::from(std::io::ErrorKind::FileTooLarge)))
        } else {
            Ok(part)
        }
    }))
}

/// So that the client reads the answer, and its connection can be used again.
async fn drop_rest(form: &mut Multipart, idle: Duration) {
    while let Ok(Ok(Some(mut field))) = timeout(idle, form.next_field()).await {
        while let Ok(Ok(Some(_dropped))) = timeout(idle, field.chunk()).await {}
    }
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
