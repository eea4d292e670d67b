use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use registrar_domain::IdempotencyKey;

use super::Page;
use super::context::PageContext;
use super::form_page::{FormPage, Values};
use crate::problem::{Problem, ProblemKind};

/// In seconds, with scripts and without; nginx says the same of its own page.
const COME_BACK: HeaderValue = HeaderValue::from_static("30");

/// Leads to the page of a registration that was accepted.
pub fn to_status(context: &PageContext, status_url: &str) -> Response {
    see_other(format!("{status_url}{}", context.query()))
}

/// Leads to an empty form.
pub fn to_form(context: &PageContext) -> Response {
    see_other(format!("/{}", context.query()))
}

fn see_other(location: String) -> Response {
    let headers = [
        (header::LOCATION, location),
        (header::CACHE_CONTROL, "no-store".to_owned()),
        (header::VARY, "Accept, Accept-Language".to_owned()),
    ];
    (StatusCode::SEE_OTHER, headers).into_response()
}

/// The form again, with what is wrong with it or why it was not taken.
pub fn form_again(
    context: &PageContext,
    problem: Problem,
    values: Values,
    key: &IdempotencyKey,
) -> Response {
    let page = Page::Form(FormPage::after(&problem, values, key, context.texts()));
    page_of_problem(context, problem, &page)
}

/// Why what was asked for cannot be shown; as JSON to a client without pages.
pub fn refusal(context: Option<&PageContext>, problem: Problem) -> Response {
    let Some(context) = context else { return problem.into_response() };
    let message = match problem.kind() {
        ProblemKind::UnknownReference | ProblemKind::NotFound => {
            return page_of_problem(context, problem, &Page::NotFound);
        }
        ProblemKind::TooManyRequests => context.texts().busy(),
        _ => context.texts().away(),
    };
    let mut response = page_of_problem(context, problem, &Page::Away(message));
    response.headers_mut().insert(header::REFRESH, COME_BACK);
    response
}

/// A page has the status and the headers of the problem that it is about. A problem whose page cannot
/// be rendered is answered as JSON.
fn page_of_problem(context: &PageContext, problem: Problem, page: &Page) -> Response {
    let Some(mut response) = context.render(problem.kind().status(), page) else {
        return problem.into_response();
    };
    for (name, value) in problem.headers() {
        response.headers_mut().insert(name, value.clone());
    }
    response
}
