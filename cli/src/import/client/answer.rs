//! Answers of the API, and what can go wrong with a request.

use std::time::Duration;

use serde_json::Value;
use ureq::http::StatusCode;

use crate::table::printable;

/// An answer in JSON, good or bad.
#[derive(Debug)]
pub(in crate::import) struct Answer {
    pub(in crate::import) status: StatusCode,
    pub(in crate::import) body: Value,
    pub(in crate::import) retry_after: Option<Duration>,
}

/// There is no answer, or none of the API.
#[derive(Debug, thiserror::Error)]
pub(in crate::import) enum NoAnswer {
    /// Nothing was sent; who reads it knows what to correct.
    #[error("{0}")]
    Unreachable(String),
    /// The connection broke, in the middle or while the answer was awaited.
    #[error("The connection to the API broke: {0}.")]
    Broken(String),
    /// Such as a proxy's page.
    #[error(
        "{url} answers with {status}, but not as Registrar's API does. Check REGISTRAR_API_URL."
    )]
    Foreign { url: String, status: StatusCode },
}

impl Answer {
    pub(in crate::import) fn text(&self, key: &str) -> Option<&str> {
        self.body.get(key).and_then(Value::as_str)
    }

    /// The answer, or the API's refusal as a sentence.
    pub(in crate::import) fn accepted(self) -> Result<Self, Refusal> {
        if self.status.is_success() { Ok(self) } else { Err(Refusal(self)) }
    }
}

/// An answer that says no.
#[derive(Debug, thiserror::Error)]
#[error("{}", refusal(.0))]
pub(in crate::import) struct Refusal(pub(in crate::import) Answer);

fn refusal(answer: &Answer) -> String {
    let message = answer.text("message").unwrap_or("The API refuses without saying why.");
    let message = printable(message);
    // The API speaks of the parameters of its address.
    let message = message.replace(" column.", " --column ").replace(" encoding=", " --encoding ");
    match answer.status {
        StatusCode::UNAUTHORIZED => format!(
            "{message} Use another key with --key-file or REGISTRAR_IMPORT_KEY; an operator makes one \
             with `registrar keys create NAME`."
        ),
        _ => message,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn refused(status: u16, message: &str) -> String {
        let status = StatusCode::from_u16(status).unwrap();
        let answer = Answer { status, body: json!({ "message": message }), retry_after: None };
        answer.accepted().unwrap_err().to_string()
    }

    #[test]
    fn a_refusal_is_the_apis_sentence_in_the_words_of_the_command() {
        assert_eq!(
            refused(422, "Rename a column, or say which one it is, such as column.email=NAME."),
            "Rename a column, or say which one it is, such as --column email=NAME."
        );
        assert_eq!(
            refused(422, "or name its encoding, such as encoding=windows-1252."),
            "or name its encoding, such as --encoding windows-1252."
        );
        assert!(refused(401, "This key was revoked.").contains("REGISTRAR_IMPORT_KEY"));
    }
}
