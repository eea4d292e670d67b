//! A publisher with its tasks, and what it reported to its observer.

use std::collections::BTreeMap;
use std::ops::Deref;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::time::Duration;

use registrar_domain::{Lane, RegistrationId};
use registrar_messaging::{OutgoingMessage, PublishSettings, Publisher, PublisherObserver};
use registrar_runtime::retry::RetryPolicy;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use super::broker::{settings, soon};

#[derive(Default)]
pub(crate) struct Seen {
    pub(crate) window: AtomicI64,
    pub(crate) returned: AtomicU64,
}

impl PublisherObserver for Seen {
    fn window_changed(&self, by: i64) {
        self.window.fetch_add(by, Ordering::SeqCst);
    }

    fn returned(&self) {
        self.returned.fetch_add(1, Ordering::SeqCst);
    }
}

pub(crate) struct Running {
    publisher: Publisher,
    tasks: JoinSet<()>,
    shutdown: CancellationToken,
    pub(crate) seen: Arc<Seen>,
}

pub(crate) fn publish_settings() -> PublishSettings {
    PublishSettings {
        publish_connections: 1.try_into().unwrap(),
        publish_window: 1000.try_into().unwrap(),
        publish_queue: 1000.try_into().unwrap(),
        publish_queue_timeout: Duration::from_secs(5),
        publish_confirm_timeout: Duration::from_secs(20),
    }
}

impl Running {
    /// Starts a publisher and waits until it is ready.
    pub(crate) async fn ready(url: &str, publish: PublishSettings) -> Self {
        let running = Self::start(url, publish);
        assert!(soon(running.publisher.ready()).await, "{}", running.publisher.readiness());
        running
    }

    pub(crate) fn start(url: &str, publish: PublishSettings) -> Self {
        let retry = RetryPolicy::new(Duration::from_millis(20), Duration::from_millis(200));
        let shutdown = CancellationToken::new();
        let seen = Arc::new(Seen::default());
        let observer = Arc::clone(&seen) as Arc<dyn PublisherObserver>;
        let (publisher, tasks) =
            Publisher::start(&settings(url), "publish", publish, retry, observer, &shutdown);
        Self { publisher, tasks: tasks.into_iter().collect(), shutdown, seen }
    }

    /// Shuts it down.
    pub(crate) async fn stop(mut self) {
        self.shutdown.cancel();
        while let Some(ended) = soon(self.tasks.join_next()).await {
            ended.unwrap();
        }
        assert_eq!(self.seen.window.load(Ordering::SeqCst), 0, "places in the window leaked");
    }
}

impl Deref for Running {
    type Target = Publisher;

    fn deref(&self) -> &Publisher {
        &self.publisher
    }
}

pub(crate) fn message(lane: Lane) -> OutgoingMessage {
    OutgoingMessage {
        lane,
        message_id: RegistrationId::generate().to_string(),
        body: vec![b'x'; 400].into(),
        headers: BTreeMap::new(),
        numbers: None,
    }
}
