//! Requests to the API.

mod answer;

use std::fmt::Display;
use std::io::{self, Read};
use std::time::Duration;

use anyhow::Context as _;
use registrar_runtime::config::SecretUrl;
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::Value;
use ureq::http::{Response, header};
use ureq::{Agent, Body, RequestBuilder, SendBody};

pub(super) use self::answer::{Answer, NoAnswer, Refusal};
use super::api_arguments::ApiArguments;

const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// An answer comes after the broker has confirmed what was sent, which an API waits for itself.
const ANSWER_TIMEOUT: Duration = Duration::from_mins(2);
/// The API gives up an upload that sends nothing for a minute, as it is set; so may a client.
const STALL_TIMEOUT: Duration = Duration::from_mins(2);
const ANSWER_MAX_BYTES: u64 = 16 * 1024 * 1024;

pub(super) struct Client {
    agent: Agent,
    url: SecretUrl,
    key: SecretString,
}

impl Client {
    pub(super) fn new(arguments: &ApiArguments) -> anyhow::Result<Self> {
        let agent = Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .max_redirects_will_error(false)
            .timeout_connect(Some(CONNECT_TIMEOUT))
            .timeout_resolve(Some(CONNECT_TIMEOUT))
            .timeout_per_write(Some(STALL_TIMEOUT))
            .timeout_per_read(Some(ANSWER_TIMEOUT))
            .build();
        Ok(Self { agent: agent.into(), url: arguments.api_url.clone(), key: arguments.key()? })
    }

    pub(super) fn get(&self, path: &str) -> Result<Answer, NoAnswer> {
        self.read(self.with_key(self.agent.get(self.address(path))).call())
    }

    pub(super) fn post(&self, path: &str) -> Result<Answer, NoAnswer> {
        self.read(self.with_key(self.agent.post(self.address(path))).send_empty())
    }

    /// Uploads so many bytes. They are sent once the API, or a proxy before it, says to go on, or
    /// nothing for a second.
    pub(super) fn upload(
        &self,
        path: &str,
        mut file: impl Read,
        bytes: u64,
    ) -> Result<Answer, NoAnswer> {
        let request = self.with_key(self.agent.post(self.address(path)));
        let request = request
            .header(header::CONTENT_LENGTH, bytes)
            .header(header::CONTENT_TYPE, "application/octet-stream")
            .header(header::EXPECT, "100-continue");
        self.read(request.send(SendBody::from_reader(&mut file)))
    }

    /// A body that is no JSON, as it comes.
    pub(super) fn download(&self, path: &str) -> anyhow::Result<impl Read + use<>> {
        let result = self.with_key(self.agent.get(self.address(path))).call();
        let response = result.map_err(|error| self.no_answer(&error))?;
        if response.status().is_success() {
            return Ok(response.into_body().into_with_config().limit(u64::MAX).reader());
        }
        Err(self
            .json(response)?
            .accepted()
            .err()
            .context("The answer says neither yes nor no.")?
            .into())
    }

    fn address(&self, path: &str) -> String {
        format!("{}{path}", self.url.expose().trim_end_matches('/'))
    }

    fn with_key<B>(&self, request: RequestBuilder<B>) -> RequestBuilder<B> {
        request.header(header::AUTHORIZATION, format!("Bearer {}", self.key.expose_secret()))
    }

    fn read(&self, result: Result<Response<Body>, ureq::Error>) -> Result<Answer, NoAnswer> {
        self.json(result.map_err(|error| self.no_answer(&error))?)
    }

    fn json(&self, mut response: Response<Body>) -> Result<Answer, NoAnswer> {
        let status = response.status();
        let retry_after = response.headers().get(header::RETRY_AFTER);
        let retry_after = retry_after.and_then(|value| value.to_str().ok()?.trim().parse().ok());
        let retry_after = retry_after.map(Duration::from_secs);
        match response.body_mut().with_config().limit(ANSWER_MAX_BYTES).read_json::<Value>() {
            Ok(body) if body.is_object() => Ok(Answer { status, body, retry_after }),
            Err(ureq::Error::Json(error)) if error.is_io() => {
                Err(NoAnswer::Broken(error.to_string()))
            }
            Err(error @ (ureq::Error::Io(_) | ureq::Error::Timeout(_))) => {
                Err(NoAnswer::Broken(error.to_string()))
            }
            _ => Err(NoAnswer::Foreign { url: self.url.to_string(), status }),
        }
    }

    fn no_answer(&self, error: &ureq::Error) -> NoAnswer {
        let url = &self.url;
        let does_not_answer = || {
            NoAnswer::Unreachable(format!(
                "The API at {url} does not answer. Is it running? Set REGISTRAR_API_URL to where it is."
            ))
        };
        let no_host = || {
            NoAnswer::Unreachable(format!(
                "There is no host of this name: {url}. Set REGISTRAR_API_URL to where the API is."
            ))
        };
        let not_secure = |error: &dyn Display| {
            NoAnswer::Unreachable(format!(
                "No secure connection to {url} can be made: {error}. Check the scheme, the name and the \
                 certificate."
            ))
        };
        match error {
            ureq::Error::HostNotFound => no_host(),
            ureq::Error::Io(error) if is_look_up(error) => no_host(),
            ureq::Error::ConnectionFailed
            | ureq::Error::Timeout(ureq::Timeout::Connect | ureq::Timeout::Resolve) => {
                does_not_answer()
            }
            ureq::Error::Io(error) if error.kind() == io::ErrorKind::ConnectionRefused => {
                does_not_answer()
            }
            ureq::Error::Tls(_) | ureq::Error::Rustls(_) => not_secure(error),
            // TLS errors of a handshake come wrapped.
            ureq::Error::Io(error) if error.kind() == io::ErrorKind::InvalidData => {
                not_secure(error)
            }
            ureq::Error::Io(error) => NoAnswer::Broken(error.to_string()),
            error => NoAnswer::Broken(error.to_string().trim_end_matches('.').to_owned()),
        }
    }
}

/// The standard library has no kind of error for a name that is not found.
fn is_look_up(error: &io::Error) -> bool {
    error.to_string().starts_with("failed to lookup address information")
}

/// The part of an address that names an import. A reference is alphanumeric; anything else must not
/// become part of the address.
pub(super) fn import_path(reference: &str) -> String {
    let reference: String = reference.chars().filter(char::is_ascii_alphanumeric).collect();
    format!("/imports/{reference}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_is_not_found_is_known() {
        use std::net::ToSocketAddrs as _;
        let not_found = "host.invalid:80".to_socket_addrs().unwrap_err();
        assert!(is_look_up(&not_found), "{not_found}");
    }

    #[test]
    fn nothing_but_a_reference_becomes_a_part_of_an_address() {
        assert_eq!(import_path("06EZ0D"), "/imports/06EZ0D");
        assert_eq!(import_path("../keys?x=/"), "/imports/keysx");
    }
}
