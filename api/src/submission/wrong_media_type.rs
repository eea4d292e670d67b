//! Bodies of another format than their type says.

use super::encoding::without_byte_order_mark;
use super::{Fields, form_urlencoded};
use crate::problem::{Problem, ProblemKind};

/// Whether a body is JSON by its first character, whatever its type says: curl, for one, says that
/// everything is a form.
pub fn looks_like_json(body: &[u8]) -> bool {
    let body = without_byte_order_mark(body).unwrap_or_default().trim_ascii_start();
    matches!(body.first(), Some(b'{' | b'['))
}

/// JSON under the type of a form. No form looks like that: none of its fields is one of ours.
pub(super) fn json_sent_as_form() -> Problem {
    Problem::new(
        ProblemKind::MalformedRequest,
        "This looks like JSON: send Content-Type: application/json.",
    )
}

/// A form under the type of JSON, when that is what it is.
pub(super) fn form_sent_as_json(body: &[u8]) -> Option<Problem> {
    let begins_with_a_name = body.first().is_some_and(u8::is_ascii_alphabetic);
    let fields = form_urlencoded::parse(body).ok().filter(|_| begins_with_a_name);
    fields.filter(Fields::has_any).map(|_| {
        Problem::new(
            ProblemKind::MalformedRequest,
            "This looks like a form: send Content-Type: application/x-www-form-urlencoded.",
        )
    })
}
