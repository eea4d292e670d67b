//! Clients that register students while servers fail.

use std::collections::HashSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use registrar_common::domain::RegistrationId;
use reqwest::{Client, StatusCode};
use serde_json::Value;
use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::api::id_of;
use crate::student::{Student, unique_key};
use crate::wait;

/// One student's submission with its idempotency key.
#[derive(Clone, Debug)]
struct Submission {
    student: Student,
    key: String,
}

/// Many clients at once, each registering one student after the other until stopped.
#[derive(Debug)]
pub struct Load {
    clients: JoinSet<ClientLog>,
    accepted: Arc<AtomicUsize>,
    refused: Arc<AtomicUsize>,
    stop: watch::Sender<bool>,
    api_url: String,
}

#[derive(Debug, Default)]
struct ClientLog {
    accepted: HashSet<RegistrationId>,
    unanswered: Vec<Submission>,
}

/// What the clients know in the end.
#[derive(Debug)]
pub struct Answers {
    /// Every registration whose client got a 202.
    pub accepted: HashSet<RegistrationId>,
    /// Requests that got no 202 at first, were repeated with their key, and then got one.
    pub repeated: usize,
}

impl Load {
    /// Starts the clients.
    pub fn start(api_url: &str, clients: usize) -> Self {
        let (stop, stopped) = watch::channel(false);
        let mut load = Self {
            clients: JoinSet::new(),
            accepted: Arc::default(),
            refused: Arc::default(),
            stop,
            api_url: api_url.to_owned(),
        };
        for _ in 0..clients {
            let client = register_until(
                load.api_url.clone(),
                stopped.clone(),
                Arc::clone(&load.accepted),
                Arc::clone(&load.refused),
            );
            load.clients.spawn(client);
        }
        load
    }

    /// Waits until so many more registrations were accepted.
    pub async fn accepts(&self, more: usize) {
        Self::grows(&self.accepted, more, "more registrations are accepted").await;
    }

    /// Waits until so many more requests got no 202.
    pub async fn refuses(&self, more: usize) {
        Self::grows(&self.refused, more, "more requests get no 202").await;
    }

    async fn grows(counter: &AtomicUsize, more: usize, what: &str) {
        let goal = counter.load(Ordering::Relaxed) + more;
        wait::until(what, async || (counter.load(Ordering::Relaxed) >= goal).then_some(())).await;
    }

    /// Stops the clients and repeats, with its key, every request that got no 202, until it does.
    pub async fn stop(mut self) -> Answers {
        self.stop.send_replace(true);
        let mut answers = Answers { accepted: HashSet::new(), repeated: 0 };
        let client = Client::new();
        while let Some(log) = self.clients.join_next().await {
            let log = log.unwrap();
            answers.accepted.extend(log.accepted);
            for submission in log.unanswered {
                let id = wait::until("a repeated request is accepted", async || {
                    submit(&client, &self.api_url, &submission).await
                })
                .await;
                answers.accepted.insert(id);
                answers.repeated += 1;
            }
        }
        answers
    }
}

async fn register_until(
    api_url: String,
    stopped: watch::Receiver<bool>,
    accepted: Arc<AtomicUsize>,
    refused: Arc<AtomicUsize>,
) -> ClientLog {
    let client = Client::new();
    let mut log = ClientLog::default();
    while !*stopped.borrow() {
        let submission = Submission { student: Student::unique(), key: unique_key() };
        if let Some(id) = submit(&client, &api_url, &submission).await {
            log.accepted.insert(id);
            accepted.fetch_add(1, Ordering::Relaxed);
        } else {
            log.unanswered.push(submission);
            refused.fetch_add(1, Ordering::Relaxed);
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
    }
    log
}

/// The registration, when the answer was a 202.
async fn submit(client: &Client, api_url: &str, submission: &Submission) -> Option<RegistrationId> {
    let request = client
        .post(format!("{api_url}/register"))
        .header("Idempotency-Key", &submission.key)
        .json(&submission.student);
    let response = request.send().await.ok()?;
    if response.status() != StatusCode::ACCEPTED {
        return None;
    }
    let body: Value = response.json().await.ok()?;
    Some(id_of(body["reference"].as_str()?))
}
