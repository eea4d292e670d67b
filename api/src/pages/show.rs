use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};

use super::{AwayPage, FilledForm, FormPage, Page, Reader};
use crate::problem::{ProblemDocument, ProblemKind};

/// In seconds, with scripts and without; nginx says the same of its own page.
const COME_BACK: HeaderValue = HeaderValue::from_static("30");

/// Leads to the page of a registration that was accepted.
pub fn to_status(reader: &Reader, status_url: &HeaderValue) -> Response {
    let status_url = status_url.to_str().unwrap_or("/");
    see_other(format!("{status_url}{}", reader.query()))
}

/// Leads to an empty form.
pub fn to_form(reader: &Reader) -> Response {
    see_other(format!("/{}", reader.query()))
}

fn see_other(location: String) -> Response {
    let headers = [
        (header::LOCATION, location),
        (header::CACHE_CONTROL, "no-store".to_owned()),
        (header::VARY, "Accept, Accept-Language".to_owned()),
    ];
    (StatusCode::SEE_OTHER, headers).into_response()
}

/// The form again with what is wrong with it, in place of a problem; any other answer as it is.
pub fn form_again(
    reader: &Reader,
    answer: Response,
    form: impl FnOnce() -> FilledForm,
) -> Response {
    in_place_of(answer, reader, |problem| {
        Page::Form(FormPage::after(problem, form(), reader.texts()))
    })
}

/// A page that says why there is no status, in place of a problem; any other answer as it is.
pub fn instead_of_status(reader: &Reader, answer: Response) -> Response {
    let mut comes_back = false;
    let mut shown = in_place_of(answer, reader, |problem| {
        let message = match problem.of() {
            ProblemKind::UnknownReference | ProblemKind::NotFound => return Page::NotFound,
            ProblemKind::TooManyRequests => reader.texts().busy(),
            _ => reader.texts().away(),
        };
        comes_back = true;
        Page::Away(AwayPage { message })
    });
    if comes_back {
        shown.headers_mut().insert(header::REFRESH, COME_BACK);
    }
    shown
}

/// A page has the status and the `Retry-After` of the problem that it is about.
fn in_place_of(
    mut answer: Response,
    reader: &Reader,
    page: impl FnOnce(&ProblemDocument) -> Page,
) -> Response {
    let Some(problem) = answer.extensions_mut().remove::<ProblemDocument>() else { return answer };
    let Some(mut shown) = reader.shown(answer.status(), &page(&problem)) else { return answer };
    if let Some(retry_after) = answer.headers_mut().remove(header::RETRY_AFTER) {
        shown.headers_mut().insert(header::RETRY_AFTER, retry_after);
    }
    shown
}
