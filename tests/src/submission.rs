//! One student's submission, which can be sent again.

use std::time::Duration;

use registrar_domain::RegistrationId;
use reqwest::{Client, StatusCode};
use serde_json::Value;

use crate::api::id_of;
use crate::student::{Student, unique_key};

/// Longer than the API takes for any answer.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(40);

/// A form, and the idempotency key that the page made for it.
#[derive(Clone, Debug)]
pub struct Submission {
    /// What the form holds.
    pub student: Student,
    /// `None` as sent by a program that knows nothing of keys.
    pub key: Option<String>,
}

impl Submission {
    /// With a key of its own.
    pub fn keyed(student: Student) -> Self {
        Self { student, key: Some(unique_key()) }
    }

    /// Without a key.
    pub fn keyless(student: Student) -> Self {
        Self { student, key: None }
    }

    /// A client that waits for answers, with a long timeout.
    pub fn client() -> Client {
        Self::client_that_waits(ANSWER_TIMEOUT)
    }

    /// A client that hangs up when there is no answer in this time.
    pub fn client_that_waits(timeout: Duration) -> Client {
        Client::builder().no_proxy().timeout(timeout).build().unwrap()
    }

    /// Sends it; the registration, when the answer was a 202.
    pub async fn send(&self, client: &Client, api_url: &str) -> Option<RegistrationId> {
        self.try_send(client, api_url).await.ok()
    }

    /// Sends it, and says why there was no 202.
    pub async fn try_send(
        &self,
        client: &Client,
        api_url: &str,
    ) -> Result<RegistrationId, Refusal> {
        let mut request = client.post(format!("{api_url}/register")).json(&self.student);
        if let Some(key) = &self.key {
            request = request.header("Idempotency-Key", key);
        }
        let response = request.send().await.map_err(|error| Refusal::from_error(&error))?;
        if response.status() != StatusCode::ACCEPTED {
            return Err(Refusal::Answered(response.status()));
        }
        let body: Value = response.json().await.map_err(|error| Refusal::from_error(&error))?;
        Ok(id_of(body["reference"].as_str().unwrap()))
    }
}

/// Why there was no 202.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// There was no connection, or it ended before the answer.
    Disconnected,
    /// There was a connection and no answer for far too long.
    Silence,
    /// Another answer.
    Answered(StatusCode),
}

impl Refusal {
    fn from_error(error: &reqwest::Error) -> Self {
        if error.is_timeout() { Self::Silence } else { Self::Disconnected }
    }
}
