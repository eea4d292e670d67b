//! An ack includes everything before it, also what is delayed or carried over.

use registrar_messaging::{
    ChannelGone, ConnectError, ConsumerConnection, ConsumerConnector, Deliveries, Delivery,
};

use super::super::consuming::{ConsumingDouble, DeliveriesDouble};
use super::super::database::DatabaseDouble;
use super::super::installation::Assembly;
use super::super::publishing::PublishingDouble;
use super::super::violation::Rule;
use super::is_caught;

struct AckOfAll;

impl Assembly for AckOfAll {
    type Publishing = PublishingDouble;
    type Consuming = Greedy<ConsumingDouble>;
    type Store = DatabaseDouble;

    fn publishing(double: PublishingDouble) -> PublishingDouble {
        double
    }

    fn consuming(double: ConsumingDouble) -> Greedy<ConsumingDouble> {
        Greedy(double)
    }

    fn store(double: DatabaseDouble) -> DatabaseDouble {
        double
    }
}

struct Greedy<T>(T);

impl ConsumerConnector for Greedy<ConsumingDouble> {
    type Connection = Self;

    async fn connect(&self, purpose: &str) -> Result<Self, ConnectError> {
        Ok(Greedy(self.0.connect(purpose).await?))
    }
}

impl ConsumerConnection for Greedy<ConsumingDouble> {
    type Deliveries = Greedy<DeliveriesDouble>;

    async fn open(&self, queue: &str, prefetch: u16) -> Result<Self::Deliveries, ConnectError> {
        Ok(Greedy(self.0.open(queue, prefetch).await?))
    }

    async fn close(self) {
        self.0.close().await;
    }
}

impl Deliveries for Greedy<DeliveriesDouble> {
    async fn next(&mut self) -> Option<Delivery> {
        self.0.next().await
    }

    async fn ack_through(&mut self, tag: u64) -> Result<(), ChannelGone> {
        self.0.ack_through(tag).await
    }

    async fn ack(&mut self, tag: u64) -> Result<(), ChannelGone> {
        self.0.ack_through(tag).await
    }

    async fn cancel(&mut self) {
        self.0.cancel().await;
    }

    async fn requeue_all(&mut self) {
        self.0.requeue_all().await;
    }
}

#[test]
fn the_simulation_catches_an_ack_that_includes_delayed_messages() {
    is_caught::<AckOfAll>(Rule::AckedWithoutOutcome);
}
