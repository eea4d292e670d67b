//! The publisher over a broker in memory, while time passes only when a test says so.

mod blocking;
mod confirming;
mod doubles;
mod groups;
mod refusals;
mod reports;
mod window;

use std::collections::BTreeMap;
use std::time::Duration;

use bytes::Bytes;
use futures_util::future::FutureExt as _;
use registrar_domain::Lane;
use tokio::task::{JoinHandle, JoinSet};
use tokio::time::{advance, sleep};
use tokio_util::sync::CancellationToken;

use self::doubles::FakeBroker;
use super::transport::{ChannelState, ConfirmOutcome};
use super::*;

const SECOND: Duration = Duration::from_secs(1);

struct Running {
    publisher: Publisher,
    broker: FakeBroker,
    shutdown: CancellationToken,
    tasks: JoinSet<()>,
}

/// A window of two, a queue of two; a second in the queue, five for the confirm.
async fn start(broker: FakeBroker) -> Running {
    start_with(broker, 2, 2).await
}

async fn start_with(broker: FakeBroker, window: usize, queue: usize) -> Running {
    start_on(vec![broker], window, queue).await
}

/// On a connection to each of these.
async fn start_on(brokers: Vec<FakeBroker>, window: usize, queue: usize) -> Running {
    let broker = brokers[0].clone();
    let settings = PublishSettings {
        publish_connections: 1.try_into().unwrap(),
        publish_window: window.try_into().unwrap(),
        publish_queue: queue.try_into().unwrap(),
        publish_queue_timeout: SECOND,
        publish_confirm_timeout: 5 * SECOND,
    };
    let retry = RetryPolicy::new(SECOND / 10, SECOND);
    let shutdown = CancellationToken::new();
    let (publisher, tasks) =
        Publisher::with_connectors(brokers, settings, retry, Arc::new(()), &shutdown);
    let running = Running { publisher, broker, shutdown, tasks: tasks.into_iter().collect() };
    running.settle_down().await;
    running
}

impl Running {
    /// Lets every task get as far as it gets without time passing.
    async fn settle_down(&self) {
        for _ in 0..20 {
            tokio::task::yield_now().await;
        }
    }

    async fn publish(&self, id: &str) -> JoinHandle<Result<(), PublishError>> {
        let publisher = self.publisher.clone();
        let message = message(id);
        let waiting = tokio::spawn(async move { publisher.publish(message).await });
        self.settle_down().await;
        waiting
    }

    async fn publish_each(&self, ids: &[&str]) -> Vec<JoinHandle<Result<(), PublishError>>> {
        let mut waiting = Vec::new();
        for id in ids {
            waiting.push(self.publish(id).await);
        }
        waiting
    }

    async fn settle(&self, what: ConfirmOutcome) {
        self.broker.settle_oldest(what);
        self.settle_down().await;
    }

    async fn change_to(&self, condition: ChannelState) {
        self.broker.change_to(condition);
        self.settle_down().await;
    }

    async fn wait(&self, time: Duration) {
        advance(time).await;
        self.settle_down().await;
    }
}

fn message(id: &str) -> OutgoingMessage {
    let (body, headers) = (Bytes::new(), BTreeMap::new());
    let (lane, message_id) = (Lane::Interactive, id.to_owned());
    OutgoingMessage { lane, message_id, body, headers, numbers: None }
}

/// What was answered by now.
fn answer(waiting: JoinHandle<Result<(), PublishError>>) -> Option<Result<(), PublishError>> {
    waiting.now_or_never().map(Result::unwrap)
}
