//! A delivery is acked when it is read, as with automatic acks.

use registrar_messaging::{
    ChannelGone, ConnectError, ConsumerConnection, ConsumerConnector, Deliveries, Delivery,
};

use super::super::consuming::{ConsumingDouble, DeliveriesDouble};
use super::super::database::DatabaseDouble;
use super::super::installation::Assembly;
use super::super::publishing::PublishingDouble;
use super::super::violation::Rule;
use super::is_caught;

struct AckBeforeCommit;

impl Assembly for AckBeforeCommit {
    type Publishing = PublishingDouble;
    type Consuming = Eager<ConsumingDouble>;
    type Store = DatabaseDouble;

    fn publishing(double: PublishingDouble) -> PublishingDouble {
        double
    }

    fn consuming(double: ConsumingDouble) -> Eager<ConsumingDouble> {
        Eager(double)
    }

    fn store(double: DatabaseDouble) -> DatabaseDouble {
        double
    }
}

struct Eager<T>(T);

impl ConsumerConnector for Eager<ConsumingDouble> {
    type Connection = Self;

    async fn connect(&self, purpose: &str) -> Result<Self, ConnectError> {
        Ok(Eager(self.0.connect(purpose).await?))
    }
}

impl ConsumerConnection for Eager<ConsumingDouble> {
    type Deliveries = Eager<DeliveriesDouble>;

    async fn open(&self, queue: &str, prefetch: u16) -> Result<Self::Deliveries, ConnectError> {
        Ok(Eager(self.0.open(queue, prefetch).await?))
    }

    async fn close(self) {
        self.0.close().await;
    }
}

impl Deliveries for Eager<DeliveriesDouble> {
    async fn next(&mut self) -> Option<Delivery> {
        let delivery = self.0.next().await?;
        self.0.ack_through(delivery.tag).await.ok()?;
        Some(delivery)
    }

    async fn ack_through(&mut self, _tag: u64) -> Result<(), ChannelGone> {
        Ok(())
    }

    async fn ack(&mut self, _tag: u64) -> Result<(), ChannelGone> {
        Ok(())
    }

    async fn cancel(&mut self) {
        self.0.cancel().await;
    }

    async fn requeue_all(&mut self) {
        self.0.requeue_all().await;
    }
}

#[test]
fn the_simulation_catches_an_ack_before_the_commit() {
    is_caught::<AckBeforeCommit>(Rule::AckedWithoutOutcome);
}

#[test]
fn the_simulation_catches_what_an_ack_before_the_commit_loses() {
    is_caught::<AckBeforeCommit>(Rule::Lost);
}
