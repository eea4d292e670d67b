//! Publishes the registrations of a message again, each as a message of its own, where one of them
//! stands in the way of the others.
//!
//! The original is acked only after each of them is confirmed. A crash in between leaves both, which
//! come to the same outcomes: one id always carries one content.

use std::collections::BTreeMap;
use std::fmt;
use std::num::NonZeroUsize;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::try_join_all;
use registrar_domain::{HoldReason, RegistrationId};
use registrar_messaging::{
    MessagingSettings, OutgoingMessage, PublishError, PublishSettings, Publisher, PublisherTask,
    caught, split,
};
use registrar_runtime::retry::RetryPolicy;
use registrar_storage::{ErrorClass, StorageError};
use tokio::task::JoinSet;
use tokio::time::{Instant, timeout_at};
use tokio_util::sync::CancellationToken;

use crate::item::Item;
use crate::source::{Handling, Source};

/// Far more than hundreds of confirms take that come together.
const TIMEOUT: Duration = Duration::from_secs(5);
/// The publisher waits so long, twice, after a stop has cut off a split: for confirms, and for that of
/// its last report. Both are well within the stop's timeout.
const CONFIRM_TIMEOUT: Duration = Duration::from_secs(3);
/// The registrations of a message travel together, so that the original is acked before one of them
/// crashes the worker.
const WINDOW: NonZeroUsize = match NonZeroUsize::new(512) {
    Some(window) => window,
    None => NonZeroUsize::MIN,
};
/// The fingerprint of the error for what could not be published again.
const NOT_SPLIT: &str = "not_split";

/// The messages of what is to be split, with the registrations whose outcome makes them superfluous, by
/// the original's position in its batch.
pub(crate) type ToSplit = BTreeMap<usize, Vec<(Option<RegistrationId>, OutgoingMessage)>>;

type Start = dyn Fn(&CancellationToken) -> (Publisher, Vec<PublisherTask>) + Send + Sync;

/// Publishes on a connection that it opens when there is something to split, which is seldom.
pub struct Splitter(Box<Start>);

impl Splitter {
    /// A splitter on publishers that are started with this, each with a token that ends its tasks.
    pub fn new(
        start: impl Fn(&CancellationToken) -> (Publisher, Vec<PublisherTask>) + Send + Sync + 'static,
    ) -> Self {
        Self(Box::new(start))
    }

    pub(crate) fn connecting_to(messaging: MessagingSettings, retry: RetryPolicy) -> Self {
        const ONE: NonZeroUsize = NonZeroUsize::MIN;
        let settings = PublishSettings {
            publish_connections: ONE,
            publish_window: WINDOW,
            publish_queue: WINDOW,
            publish_queue_timeout: TIMEOUT,
            publish_confirm_timeout: CONFIRM_TIMEOUT,
        };
        Self::new(move |shutdown| {
            let observer = Arc::new(());
            Publisher::start(&messaging, "publish", settings.clone(), retry, observer, shutdown)
        })
    }

    /// Publishes these messages until `stop`. What is returned could not be split, and must not be
    /// acked; what of an original has no outcome by then is published again with the next try,
    /// since a message that is there twice does no harm.
    pub(crate) async fn split(
        &self,
        messages: ToSplit,
        stop: &CancellationToken,
    ) -> BTreeMap<usize, StorageError> {
        if messages.is_empty() {
            return BTreeMap::new();
        }
        let shutdown = CancellationToken::new();
        let (publisher, tasks) = (self.0)(&shutdown);
        let mut running: JoinSet<()> = tasks.into_iter().collect();
        let not_split = split_each(&publisher, messages, stop).await;
        shutdown.cancel();
        while running.join_next().await.is_some() {}
        not_split
    }
}

/// One original after the other, until one cannot be published or the time is over.
async fn split_each(
    publisher: &Publisher,
    messages: ToSplit,
    stop: &CancellationToken,
) -> BTreeMap<usize, StorageError> {
    let until = Instant::now() + TIMEOUT;
    let is_ready = in_time(publisher.ready(), until, stop).await.unwrap_or(false);
    let mut failed = (!is_ready).then_some(PublishError::Unavailable);
    let mut not_split = BTreeMap::new();
    let (mut originals, mut registrations) = (0, 0);
    for (position, messages) in messages {
        let count = messages.len();
        if failed.is_none() {
            let publishing = messages.into_iter().map(|(_, message)| publisher.publish(message));
            let result = in_time(try_join_all(publishing), until, stop).await;
            failed = result.unwrap_or(Err(PublishError::Unknown)).err();
        }
        if let Some(error) = failed {
            not_split.insert(position, why_not_split(error));
        } else {
            originals += 1;
            registrations += count;
        }
    }
    if originals > 0 {
        tracing::warn!(
            messages = originals,
            registrations,
            "published again one by one, so that what is wrong with one is not in the way of others"
        );
    }
    not_split
}

async fn in_time<F: Future>(
    work: F,
    until: Instant,
    stop: &CancellationToken,
) -> Option<F::Output> {
    stop.run_until_cancelled(timeout_at(until, work)).await?.ok()
}

impl fmt::Debug for Splitter {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Splitter")
    }
}

/// What of a batch is to be split: messages of several registrations that crashed workers, and those
/// that cannot be read. One that cannot be split, since its lane or ids are unknown, is put on hold.
pub(crate) fn to_split(source: &Source, items: &[Item]) -> ToSplit {
    let has_crashed = source.handling == Handling::Hold(HoldReason::DeliveryLimit);
    let messages = |(position, item): (usize, &Item)| {
        let is_in_the_way =
            item.content.is_err() || (has_crashed && item.registrations().len() > 1);
        let lane = source.lane_of(item).filter(|_| is_in_the_way)?;
        let messages = caught(|| split(&item.delivery, lane)).flatten()?;
        Some((position, messages))
    };
    items.iter().enumerate().filter_map(messages).collect()
}

fn why_not_split(error: PublishError) -> StorageError {
    let sentence = format!("Registrations could not be published again one by one: {error}.");
    StorageError::new(ErrorClass::Transient, NOT_SPLIT, sentence)
}

/// Whether it is RabbitMQ that was in the way of a delivery, and not MySQL.
pub(crate) fn is_of_broker(error: &StorageError) -> bool {
    error.fingerprint() == NOT_SPLIT
}
