//! An ack that waited for the ledger includes what was taken meanwhile, which is gathered, carried
//! over or being stored.

use std::time::Duration;

use registrar_messaging::{ChannelGone, Deliveries as _, Delivery};
use tokio::time::timeout;

use super::super::consuming::DeliveriesDouble;
use super::super::violation::Rule;
use super::deliveries::{Mutant, WithDeliveries};
use super::is_caught;

/// How long an ack waits.
const DEFERRED: Duration = Duration::from_millis(20);

#[derive(Default)]
struct AckOfTaken {
    deferred: Option<u64>,
}

impl Mutant for AckOfTaken {
    async fn next(&mut self, double: &mut DeliveriesDouble) -> Option<Delivery> {
        let Some(tag) = self.deferred else { return double.next().await };
        let taken = timeout(DEFERRED, double.next()).await;
        self.deferred = None;
        if let Ok(delivery) = taken {
            let delivery = delivery?;
            double.ack_through(delivery.tag).await.ok()?;
            return Some(delivery);
        }
        double.ack_through(tag).await.ok()?;
        double.next().await
    }

    async fn ack_through(&mut self, _: &mut DeliveriesDouble, tag: u64) -> Result<(), ChannelGone> {
        self.deferred = Some(tag);
        Ok(())
    }
}

#[test]
fn the_simulation_catches_a_deferred_ack_that_includes_what_was_taken_meanwhile() {
    is_caught::<WithDeliveries<AckOfTaken>>(Rule::AckedWithoutOutcome);
}
