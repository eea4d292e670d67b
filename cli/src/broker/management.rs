use std::time::Duration;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use registrar_messaging::AmqpUrl;
use serde::de::DeserializeOwned;
use ureq::Agent;
use ureq::http::StatusCode;

use super::address::Address;
use super::authorization::basic;

const TIMEOUT: Duration = Duration::from_secs(5);

/// RFC 3986's unreserved characters stand for themselves.
const SEGMENT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');

/// Why the management API did not answer. Only GET requests are sent.
#[derive(Debug, thiserror::Error)]
pub(crate) enum BrokerError {
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

/// The management API, as seen for one virtual host.
#[derive(Debug)]
pub(crate) struct Management {
    agent: Agent,
    base: String,
    user: String,
    authorization: String,
    virtual_host: String,
}

impl Management {
    pub(super) fn at(address: &Address, amqp: &AmqpUrl) -> Self {
        let agent = Agent::config_builder()
            .http_status_as_error(false)
            .timeout_global(Some(TIMEOUT))
            .build()
            .into();
        Self {
            agent,
            base: address.base.clone(),
            user: address.user.clone(),
            authorization: basic(&address.user, &address.password),
            virtual_host: amqp.virtual_host().to_owned(),
        }
    }

    /// The virtual host's name.
    pub(crate) fn virtual_host(&self) -> &str {
        &self.virtual_host
    }

    /// What there is at `api/{path}`; `None` when there is no such thing.
    pub(crate) fn get<T: DeserializeOwned>(&self, path: &str) -> Result<Option<T>, BrokerError> {
        let place = || self.base.clone();
        let request = self.agent.get(format!("{}/api/{path}", self.base));
        let answer = request.header("authorization", &self.authorization).call();
        let mut answer = answer.map_err(|error| BrokerError::Unreachable {
            place: place(),
            cause: error.to_string(),
        })?;
        match answer.status() {
            StatusCode::NOT_FOUND => Ok(None),
            StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => {
                Err(BrokerError::Refused { place: place(), user: self.user.clone() })
            }
            status if status.is_success() => {
                answer.body_mut().read_json().map(Some).map_err(|error| {
                    BrokerError::UnexpectedResponse { place: place(), answer: error.to_string() }
                })
            }
            status => {
                Err(BrokerError::UnexpectedResponse { place: place(), answer: status.to_string() })
            }
        }
    }

    /// What there is of this virtual host at `api/{kind}/{virtual host}/{name}`.
    pub(crate) fn get_own<T: DeserializeOwned>(
        &self,
        kind: &str,
        name: &str,
    ) -> Result<Option<T>, BrokerError> {
        let host = percent_encoded(&self.virtual_host);
        self.get(&format!("{kind}/{host}/{name}"))
    }
}

/// For a name as one segment of a path.
fn percent_encoded(name: &str) -> String {
    utf8_percent_encode(name, SEGMENT).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_virtual_host_is_one_segment_of_a_path() {
        for (name, segment) in
            [("/", "%2F"), ("a b/ü", "a%20b%2F%C3%BC"), ("my-host_1", "my-host_1")]
        {
            assert_eq!(percent_encoded(name), segment);
        }
    }
}
