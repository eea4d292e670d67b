//! A delivery is acked when it is read, as with automatic acks.

use registrar_messaging::{ChannelGone, Deliveries as _, Delivery};

use super::super::consuming::DeliveriesDouble;
use super::super::violation::Rule;
use super::deliveries::{Mutant, WithDeliveries};
use super::is_caught;

#[derive(Default)]
struct AckBeforeCommit;

impl Mutant for AckBeforeCommit {
    async fn next(&mut self, double: &mut DeliveriesDouble) -> Option<Delivery> {
        let delivery = double.next().await?;
        double.ack_through(delivery.tag).await.ok()?;
        Some(delivery)
    }

    async fn ack_through(&mut self, _: &mut DeliveriesDouble, _: u64) -> Result<(), ChannelGone> {
        Ok(())
    }

    async fn ack(&mut self, _: &mut DeliveriesDouble, _: u64) -> Result<(), ChannelGone> {
        Ok(())
    }
}

#[test]
fn the_simulation_catches_an_ack_before_the_commit() {
    is_caught::<WithDeliveries<AckBeforeCommit>>(Rule::AckedWithoutOutcome);
}

#[test]
fn the_simulation_catches_what_an_ack_before_the_commit_loses() {
    is_caught::<WithDeliveries<AckBeforeCommit>>(Rule::Lost);
}
