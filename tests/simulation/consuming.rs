//! A worker's connections and channels on the broker.

use std::ops::RangeInclusive;
use std::sync::Arc;

use registrar_messaging::{
    ChannelGone, ConnectError, ConsumerConnection, ConsumerConnector, Deliveries, Delivery,
};

use super::broker::Next;
use super::fault::{Place, What};
use super::process::Process;
use super::publishing::unreachable;
use super::world::World;

/// Connects a worker.
#[derive(Clone)]
pub(crate) struct ConsumingDouble {
    pub(crate) world: Arc<World>,
    pub(crate) process: Arc<Process>,
}

impl ConsumingDouble {
    async fn reach_broker(&self) -> Result<(), ConnectError> {
        self.world.reach(&self.process, Place::Consume).await;
        if self.world.broker_is_away() { Err(unreachable()) } else { Ok(()) }
    }
}

impl ConsumerConnector for ConsumingDouble {
    type Connection = Self;

    async fn connect(&self, _purpose: &str) -> Result<Self, ConnectError> {
        self.reach_broker().await?;
        Ok(self.clone())
    }
}

impl ConsumerConnection for ConsumingDouble {
    type Deliveries = DeliveriesDouble;

    async fn open(&self, queue: &str, prefetch: u16) -> Result<DeliveriesDouble, ConnectError> {
        self.reach_broker().await?;
        let (world, process) = (Arc::clone(&self.world), Arc::clone(&self.process));
        let channel = world.open_channel(queue, prefetch);
        Ok(DeliveriesDouble { world, process, channel, acked_through: 0 })
    }

    async fn close(self) {
        self.world.reach(&self.process, Place::Requeue).await;
    }
}

/// The deliveries of one channel. Dropping them closes it.
pub(crate) struct DeliveriesDouble {
    pub(crate) world: Arc<World>,
    pub(crate) process: Arc<Process>,
    channel: u64,
    acked_through: u64,
}

impl DeliveriesDouble {
    async fn settle(&mut self, tags: RangeInclusive<u64>) -> Result<(), ChannelGone> {
        let what = self.world.reach(&self.process, Place::Ack).await;
        if what == Some(What::LoseAck) {
            self.world.cut_channel(self.channel);
        }
        let Self { process, channel, .. } = self;
        self.world.note(|| format!("{}: acks {channel}/{tags:?}", process.name));
        if !self.world.ack(self.channel, tags) {
            return Err(ChannelGone);
        }
        self.world.reach(&self.process, Place::Acked).await;
        Ok(())
    }
}

impl Deliveries for DeliveriesDouble {
    async fn next(&mut self) -> Option<Delivery> {
        loop {
            match self.world.peek(self.channel) {
                Next::Gone => return None,
                Next::Wait(wake) => wake.notified().await,
                Next::Delivery => {
                    self.world.reach(&self.process, Place::Deliver).await;
                    let Some(delivery) = self.world.take(self.channel) else { continue };
                    self.world.note(|| {
                        let Delivery { tag, delivery_count, .. } = delivery;
                        let Self { process, channel, .. } = self;
                        format!(
                            "{}: reads {channel}/{tag}, delivered {delivery_count} times before",
                            process.name
                        )
                    });
                    return Some(delivery);
                }
            }
        }
    }

    async fn ack_through(&mut self, tag: u64) -> Result<(), ChannelGone> {
        if tag <= self.acked_through {
            return Ok(());
        }
        self.settle(0..=tag).await?;
        self.acked_through = tag;
        Ok(())
    }

    async fn ack(&mut self, tag: u64) -> Result<(), ChannelGone> {
        self.settle(tag..=tag).await
    }

    async fn cancel(&mut self) {
        self.world.reach(&self.process, Place::Requeue).await;
        self.world.cancel_consumer(self.channel);
    }

    async fn requeue_all(&mut self) {
        self.world.reach(&self.process, Place::Requeue).await;
        self.world.close_channel(self.channel);
    }
}

impl Drop for DeliveriesDouble {
    fn drop(&mut self) {
        self.world.close_channel(self.channel);
    }
}
