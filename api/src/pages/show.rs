use axum::{
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse as _, Response},
};

use super::{AwayPage, FilledForm, FormPage, Page, Reader};
use crate::problem::{ProblemDocument, ProblemKind};

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
    in_place_of(answer, reader, |problem| match problem.of() {
        ProblemKind::UnknownReference | ProblemKind::NotFound => Page::NotFound,
        ProblemKind::TooManyRequests => Page::Away(AwayPage { message: reader.texts().busy() }),
        _ => Page::Away(AwayPage { message: reader.texts().away() }),
    })
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
