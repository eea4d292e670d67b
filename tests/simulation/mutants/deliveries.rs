//! Mutants of how a worker reads and acks deliveries: what one does not change is as in the double.

use std::marker::PhantomData;

use registrar_messaging::{
    ChannelGone, ConnectError, ConsumerConnection, ConsumerConnector, Deliveries, Delivery,
};

use super::super::consuming::{ConsumingDouble, DeliveriesDouble};
use super::super::installation::{Assembly, as_it_is};

/// What is wrong with the deliveries of a channel.
pub(super) trait Mutant: Default + Send + 'static {
    fn next(
        &mut self,
        double: &mut DeliveriesDouble,
    ) -> impl Future<Output = Option<Delivery>> + Send {
        double.next()
    }

    fn ack_through(
        &mut self,
        double: &mut DeliveriesDouble,
        tag: u64,
    ) -> impl Future<Output = Result<(), ChannelGone>> + Send {
        double.ack_through(tag)
    }

    fn ack(
        &mut self,
        double: &mut DeliveriesDouble,
        tag: u64,
    ) -> impl Future<Output = Result<(), ChannelGone>> + Send {
        double.ack(tag)
    }
}

/// The product with such a mutant.
pub(super) struct WithDeliveries<M>(PhantomData<fn() -> M>);

impl<M: Mutant> Assembly for WithDeliveries<M> {
    as_it_is!(Publishing, Store);

    type Consuming = Consuming<M>;

    fn consuming(double: ConsumingDouble) -> Consuming<M> {
        Consuming(double, PhantomData)
    }
}

pub(super) struct Consuming<M>(ConsumingDouble, PhantomData<fn() -> M>);

impl<M: Mutant> ConsumerConnector for Consuming<M> {
    type Connection = Self;

    async fn connect(&self, purpose: &str) -> Result<Self, ConnectError> {
        Ok(Self(self.0.connect(purpose).await?, PhantomData))
    }
}

impl<M: Mutant> ConsumerConnection for Consuming<M> {
    type Deliveries = MutantDeliveries<M>;

    async fn open(&self, queue: &str, prefetch: u16) -> Result<Self::Deliveries, ConnectError> {
        let double = self.0.open(queue, prefetch).await?;
        Ok(MutantDeliveries { double, mutant: M::default() })
    }

    async fn close(self) {
        self.0.close().await;
    }
}

pub(super) struct MutantDeliveries<M> {
    double: DeliveriesDouble,
    mutant: M,
}

impl<M: Mutant> Deliveries for MutantDeliveries<M> {
    async fn next(&mut self) -> Option<Delivery> {
        self.mutant.next(&mut self.double).await
    }

    async fn ack_through(&mut self, tag: u64) -> Result<(), ChannelGone> {
        self.mutant.ack_through(&mut self.double, tag).await
    }

    async fn ack(&mut self, tag: u64) -> Result<(), ChannelGone> {
        self.mutant.ack(&mut self.double, tag).await
    }

    async fn cancel(&mut self) {
        self.double.cancel().await;
    }

    async fn requeue_all(&mut self) {
        self.double.requeue_all().await;
    }
}
