//! Two requests on one channel get each other's confirms, as when tasks share a channel.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use futures_util::future::{BoxFuture, FutureExt as _};
use registrar_messaging::transport::{ChannelState, ConfirmChannel, ConfirmOutcome, Connector};
use registrar_messaging::{ConfirmReport, ConnectError, OutgoingMessage};
use tokio::sync::oneshot;

use super::super::installation::{Assembly, as_it_is};
use super::super::publishing::{ChannelDouble, PublishingDouble};
use super::super::violation::Rule;
use super::is_caught;

struct SwappedConfirms;

impl Assembly for SwappedConfirms {
    as_it_is!(Consuming, Store);

    type Publishing = Swapping;

    fn publishing(double: PublishingDouble) -> Swapping {
        Swapping(double)
    }
}

struct Swapping(PublishingDouble);

impl Connector for Swapping {
    type Channel = SwappingChannel;

    async fn connect(&mut self) -> Result<SwappingChannel, ConnectError> {
        let session = self.0.connect().await?;
        Ok(SwappingChannel { session, sent: 0, waiting: Arc::default() })
    }
}

struct SwappingChannel {
    session: ChannelDouble,
    sent: u64,
    waiting: Arc<Mutex<BTreeMap<u64, oneshot::Sender<ConfirmOutcome>>>>,
}

impl ConfirmChannel for SwappingChannel {
    type Confirm = BoxFuture<'static, ConfirmOutcome>;

    fn publish(&mut self, message: OutgoingMessage) -> Self::Confirm {
        let (confirm, settled) = oneshot::channel();
        let (number, waiting) = (self.sent, Arc::clone(&self.waiting));
        self.sent += 1;
        waiting.lock().unwrap().insert(number, confirm);
        let own = self.session.publish(message);
        tokio::spawn(async move {
            let settlement = own.await;
            let mut waiting = waiting.lock().unwrap();
            let other = waiting.remove(&(number ^ 1)).or_else(|| waiting.remove(&number));
            let _ = other.map(|confirm| confirm.send(settlement));
        });
        async { settled.await.unwrap_or(ConfirmOutcome::ChannelClosed) }.boxed()
    }

    fn publish_report(&mut self, report: &ConfirmReport) -> Self::Confirm {
        self.session.publish_report(report)
    }

    async fn state_changed(&mut self) -> ChannelState {
        self.session.state_changed().await
    }

    async fn close(self) {
        self.session.close().await;
    }
}

#[test]
fn the_simulation_catches_confirms_that_are_swapped() {
    is_caught::<SwappedConfirms>(Rule::Lost);
}
