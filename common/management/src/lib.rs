//! A client of RabbitMQ's management API, which blocks.
//!
//! A client of its own, since the ready one brings an asynchronous HTTP stack, to ask for a handful of
//! pages.

use std::fmt::Display;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use serde::de::DeserializeOwned;
use serde_json::Value;
use ureq::config::ConfigBuilder;
use ureq::http::{Method, Request, Response, StatusCode};
use ureq::typestate::AgentScope;
use ureq::{Agent, Body};
use url::{Position, Url};

/// RFC 3986's unreserved characters stand for themselves.
const SEGMENT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');

/// Why the management API did not do what it was asked for.
#[derive(Debug, thiserror::Error)]
pub enum ManagementError {
    /// There is no answer: may be transient.
    #[error(
        "RabbitMQ's management API does not answer at {place} ({cause}): see whether RabbitMQ runs \
         with the plugin rabbitmq_management, and set REGISTRAR_RABBITMQ_MANAGEMENT_URL to where it is."
    )]
    Unreachable { place: String, cause: String },
    /// The operator's fault.
    #[error(
        "RabbitMQ's management API at {place} refuses the user `{user}`: correct the password, and \
         let the user look: rabbitmqctl set_user_tags {user} monitoring"
    )]
    Refused { place: String, user: String },
    /// Something else answers.
    #[error(
        "{place} answers, but not as RabbitMQ's management API does ({answer}): set \
         REGISTRAR_RABBITMQ_MANAGEMENT_URL to where it is."
    )]
    UnexpectedResponse { place: String, answer: String },
}

/// The management API. A path is given by its segments, in which any character may stand.
#[derive(Clone, Debug)]
pub struct Management {
    agent: Agent,
    base: String,
    user: String,
    authorization: String,
}

impl Management {
    /// For the API at `url`, asked as the user that it names or else as `login`.
    pub fn new(config: ConfigBuilder<AgentScope>, url: &Url, login: (&str, &str)) -> Self {
        let decoded = |text| percent_decode_str(text).decode_utf8_lossy().into_owned();
        let (user, password) = if url.username().is_empty() {
            (login.0.to_owned(), login.1.to_owned())
        } else {
            (decoded(url.username()), decoded(url.password().unwrap_or_default()))
        };
        let place = &url[Position::BeforeHost..Position::AfterPath];
        let base = format!("{}://{}", url.scheme(), place.trim_end_matches('/'));
        let authorization = basic(&user, &password);
        let agent = config.http_status_as_error(false).build().new_agent();
        Self { agent, base, user, authorization }
    }

    /// What there is at a path, with these parameters; `None` when there is no such thing.
    pub fn get<T: DeserializeOwned>(
        &self,
        path: &[&str],
        parameters: &[(&str, u32)],
    ) -> Result<Option<T>, ManagementError> {
        let parameters: Vec<_> = parameters.iter().map(|(key, it)| format!("{key}={it}")).collect();
        let query = if parameters.is_empty() { "" } else { "?" };
        let query = format!("{query}{}", parameters.join("&"));
        let Some(mut answer) = self.send(Method::GET, path, &query, None)? else {
            return Ok(None);
        };
        answer.body_mut().read_json().map(Some).map_err(|error| self.unexpected(&error))
    }

    pub fn put(&self, path: &[&str], body: &Value) -> Result<(), ManagementError> {
        self.send_there(Method::PUT, path, Some(body))
    }

    pub fn post(&self, path: &[&str], body: &Value) -> Result<(), ManagementError> {
        self.send_there(Method::POST, path, Some(body))
    }

    /// Deletes what is at a path, which must be there.
    pub fn delete(&self, path: &[&str]) -> Result<(), ManagementError> {
        self.send_there(Method::DELETE, path, None)
    }

    fn send_there(
        &self,
        method: Method,
        path: &[&str],
        body: Option<&Value>,
    ) -> Result<(), ManagementError> {
        let answer = self.send(method, path, "", body)?;
        answer.map(drop).ok_or_else(|| self.unexpected(&StatusCode::NOT_FOUND))
    }

    fn send(
        &self,
        method: Method,
        path: &[&str],
        query: &str,
        body: Option<&Value>,
    ) -> Result<Option<Response<Body>>, ManagementError> {
        let place = || self.base.clone();
        let unreachable = |cause: &dyn Display| ManagementError::Unreachable {
            place: place(),
            cause: cause.to_string(),
        };
        let segments = path.iter().map(|segment| utf8_percent_encode(segment, SEGMENT));
        let path = segments.fold(String::new(), |path, segment| format!("{path}/{segment}"));
        let request = Request::builder()
            .method(method)
            .uri(format!("{}/api{path}{query}", self.base))
            .header("authorization", &self.authorization)
            .header("content-type", "application/json");
        let answer = match body {
            Some(body) => request.body(body.to_string()).map(|request| self.agent.run(request)),
            None => request.body(()).map(|request| self.agent.run(request)),
        };
        let answer = answer.map_err(|error| unreachable(&error))?;
        let mut answer = answer.map_err(|error| unreachable(&error))?;
        match answer.status() {
            StatusCode::NOT_FOUND => Ok(None),
            StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => {
                Err(ManagementError::Refused { place: place(), user: self.user.clone() })
            }
            status if status.is_success() => Ok(Some(answer)),
            status => {
                let reason = answer.body_mut().read_to_string().unwrap_or_default();
                Err(self.unexpected(&format_args!("{status} {}", reason.trim())))
            }
        }
    }

    fn unexpected(&self, answer: &dyn Display) -> ManagementError {
        let answer = answer.to_string();
        ManagementError::UnexpectedResponse { place: self.base.clone(), answer }
    }
}

/// HTTP's basic authorization (RFC 7617). ureq's own leaves percent-encoded passwords as they are, which
/// is not what servers expect.
fn basic(user: &str, password: &str) -> String {
    format!("Basic {}", STANDARD.encode(format!("{user}:{password}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(url: &str) -> (String, String, String) {
        let url = Url::parse(url).unwrap();
        let Management { base, user, authorization, .. } =
            Management::new(Agent::config_builder(), &url, ("app", "secret"));
        (base, user, authorization)
    }

    #[test]
    fn the_url_wins_and_may_leave_out_the_user() {
        for (url, base, user, password) in [
            ("http://h:8080/", "http://h:8080", "app", "secret"),
            ("http://[::1]:7000", "http://[::1]:7000", "app", "secret"),
            ("https://me:p%2Fq%@h/mq", "https://h/mq", "me", "p/q%"),
            ("http://me@h", "http://h", "me", ""),
        ] {
            let expected = (base.to_owned(), user.to_owned(), basic(user, password));
            assert_eq!(asked(url), expected);
        }
    }

    #[test]
    fn the_example_of_rfc_7617_holds() {
        assert_eq!(basic("Aladdin", "open sesame"), "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==");
    }

    #[test]
    fn any_virtual_host_is_one_segment_of_a_path() {
        for (name, segment) in
            [("/", "%2F"), ("a b/ü", "a%20b%2F%C3%BC"), ("my-host_1", "my-host_1")]
        {
            assert_eq!(utf8_percent_encode(name, SEGMENT).to_string(), segment);
        }
    }
}
