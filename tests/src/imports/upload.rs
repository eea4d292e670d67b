use std::io;

use futures_util::{StreamExt as _, stream};
use reqwest::{Body, RequestBuilder, Response, StatusCode};
use serde_json::Value;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

/// A body whose parts are sent when a test likes.
pub fn open_body() -> (mpsc::UnboundedSender<String>, Body) {
    let (sender, receiver) = mpsc::unbounded_channel::<String>();
    let parts = stream::unfold(receiver, async |mut receiver| {
        receiver.recv().await.map(|part| (Ok::<_, io::Error>(part), receiver))
    });
    (sender, Body::wrap_stream(parts.boxed()))
}

/// An upload whose client is not done with sending.
#[derive(Debug)]
pub struct OpenUpload {
    parts: mpsc::UnboundedSender<String>,
    answer: JoinHandle<Option<AcceptedUpload>>,
}

/// What a 202 said.
#[derive(Clone, Debug)]
pub struct AcceptedUpload {
    /// Where to ask what became of it.
    pub status_url: String,
    /// The rows that came.
    pub rows: usize,
    /// Those of them that are safe.
    pub accepted: usize,
}

impl OpenUpload {
    pub(super) fn new(request: RequestBuilder) -> Self {
        let (parts, body) = open_body();
        let request = request.body(body);
        let answer =
            tokio::spawn(
                async move { AcceptedUpload::from_answer(request.send().await.ok()?).await },
            );
        Self { parts, answer }
    }

    /// Sends so much more.
    pub fn send(&self, part: String) {
        self.parts.send(part).unwrap();
    }

    /// Sends the end of the file; what a 202 says.
    pub async fn end(self) -> Option<AcceptedUpload> {
        drop(self.parts);
        self.answer.await.unwrap()
    }

    /// The connection ends in the middle of the file.
    pub async fn break_off(self) {
        self.answer.abort();
        assert!(self.answer.await.is_err(), "it was answered before its end");
    }
}

impl AcceptedUpload {
    async fn from_answer(answer: Response) -> Option<Self> {
        if answer.status() != StatusCode::ACCEPTED {
            return None;
        }
        let body: Value = answer.json().await.ok()?;
        let number = |name: &str| usize::try_from(body[name].as_u64().unwrap()).unwrap();
        Some(Self {
            status_url: body["status_url"].as_str().unwrap().to_owned(),
            rows: number("rows"),
            accepted: number("accepted"),
        })
    }
}
