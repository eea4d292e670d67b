//! Publishes the messages of an import.

use std::pin::pin;
use std::time::Duration;

use futures_util::{StreamExt as _, stream};
use opentelemetry_semantic_conventions::attribute::ERROR_TYPE;
use registrar_messaging::{OutgoingMessage, PublishError, Publisher};
use registrar_runtime::retry::{Backoff, RetryPolicy};
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep};
use tokio_util::sync::CancellationToken;
use tracing::{Instrument as _, Span};

use super::chunk::Chunk;
use super::key_limits::ImportPermit;
use super::message::ImportMessages;
use super::outcome::ImportError;
use super::shown_errors::ShownErrors;
use crate::metrics::imports::ImportMetrics;

/// So many chunks wait for their confirms at once, so that reading goes on meanwhile.
const UNCONFIRMED_CHUNKS: usize = 4;
/// A broker that restarts is back by then; a client would rather wait than upload again.
pub const PUBLISH_FOR: Duration = Duration::from_mins(1);
const RETRY: RetryPolicy = RetryPolicy::new(Duration::from_millis(250), Duration::from_secs(5));

pub struct Publishing {
    publisher: Publisher,
    metrics: ImportMetrics,
    closing: CancellationToken,
}

impl Publishing {
    /// Nothing is tried again once `closing` is requested.
    pub fn new(publisher: Publisher, metrics: ImportMetrics, closing: CancellationToken) -> Self {
        Self { publisher, metrics, closing }
    }

    pub async fn chunks(
        &self,
        messages: &ImportMessages,
        chunks: mpsc::Receiver<Chunk>,
        permit: &ImportPermit,
        progress: &mut Progress,
    ) -> Result<(), ImportError> {
        let failed = CancellationToken::new();
        let chunks = stream::unfold(chunks, async |mut chunks| {
            chunks.recv().await.map(|chunk| (chunk, chunks))
        });
        let chunks = chunks.take_until(failed.cancelled());
        let publishing = chunks.map(|chunk| {
            let (rows, invalid) = (chunk.rows() as u64, chunk.invalid.len() as u64);
            let errors = ShownErrors::from_rows(&chunk.invalid);
            let (message, span) = messages.chunk(chunk);
            async move {
                let started = Instant::now();
                self.publish(message, span, PUBLISH_FOR).await?;
                self.metrics.confirmed_after(started.elapsed(), rows);
                // At once: a client that hangs up has imported them all the same.
                permit.add_rows(rows);
                Ok((rows, invalid, errors))
            }
        });
        let mut confirmed = pin!(publishing.buffered(UNCONFIRMED_CHUNKS));
        let mut error = None;
        while let Some(published) = confirmed.next().await {
            match published {
                Ok((rows, invalid, errors)) => progress.add(rows, invalid, errors),
                Err(failure) => {
                    // Nothing more is begun; what is under way may be confirmed all the same.
                    failed.cancel();
                    error = Some(
                        error.filter(|error| *error == PublishError::Unknown).unwrap_or(failure),
                    );
                }
            }
        }
        match error {
            Some(error) => Err(ImportError::Publish { rows: progress.rows, error }),
            None => Ok(()),
        }
    }

    /// Tries for a while: a message that is there twice does no harm.
    pub async fn publish(
        &self,
        message: OutgoingMessage,
        span: Span,
        time: Duration,
    ) -> Result<(), PublishError> {
        let publishing = async {
            let until = Instant::now() + time;
            let mut backoff = Backoff::new(RETRY);
            let mut may_be_stored = false;
            loop {
                let published = self.publisher.publish(message.clone()).await;
                may_be_stored |= published == Err(PublishError::Unknown);
                match published {
                    Err(error) if Instant::now() < until && !self.closing.is_cancelled() => {
                        tracing::debug!(%error, "a message of an import is published again");
                        sleep(backoff.next_delay()).await;
                    }
                    Err(_) if may_be_stored => return Err(PublishError::Unknown),
                    result => return result,
                }
            }
        };
        let result = publishing.instrument(span.clone()).await;
        if let Err(error) = result {
            span.record(ERROR_TYPE, error.as_str());
            span.record("otel.status_code", "ERROR");
            tracing::warn!(%error, "a message of an import could not be published");
        }
        result
    }
}

/// What the broker confirmed.
#[derive(Debug, Default)]
pub struct Progress {
    pub rows: u64,
    pub invalid: u64,
    pub errors: ShownErrors,
}

impl Progress {
    pub fn add(&mut self, rows: u64, invalid: u64, errors: ShownErrors) {
        self.rows += rows;
        self.invalid += invalid;
        self.errors.append(errors);
    }
}
