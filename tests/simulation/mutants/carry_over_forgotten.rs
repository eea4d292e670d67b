//! A delivery that does not fit its batch is forgotten instead of carried over, so that the next
//! multiple-ack includes it.

use registrar_messaging::{ChannelGone, Deliveries as _, Delivery};

use super::super::consuming::DeliveriesDouble;
use super::super::violation::Rule;
use super::deliveries::{Mutant, WithDeliveries};
use super::is_caught;

/// As if one delivery filled a batch, since the smallest plans have few.
#[derive(Default)]
struct CarryOverForgotten {
    is_full: bool,
}

impl Mutant for CarryOverForgotten {
    async fn next(&mut self, double: &mut DeliveriesDouble) -> Option<Delivery> {
        if std::mem::take(&mut self.is_full) {
            double.next().await?;
        }
        let delivery = double.next().await?;
        self.is_full = true;
        Some(delivery)
    }

    async fn ack_through(
        &mut self,
        double: &mut DeliveriesDouble,
        tag: u64,
    ) -> Result<(), ChannelGone> {
        self.is_full = false;
        double.ack_through(tag).await
    }
}

#[test]
fn the_simulation_catches_a_delivery_that_is_forgotten_instead_of_carried_over() {
    is_caught::<WithDeliveries<CarryOverForgotten>>(Rule::AckedWithoutOutcome);
}
