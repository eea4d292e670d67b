//! An ack includes everything before it, also what is delayed or carried over.

use registrar_messaging::{ChannelGone, Deliveries as _};

use super::super::consuming::DeliveriesDouble;
use super::super::violation::Rule;
use super::deliveries::{Mutant, WithDeliveries};
use super::is_caught;

#[derive(Default)]
struct AckOfAll;

impl Mutant for AckOfAll {
    async fn ack(&mut self, double: &mut DeliveriesDouble, tag: u64) -> Result<(), ChannelGone> {
        double.ack_through(tag).await
    }
}

#[test]
fn the_simulation_catches_an_ack_that_includes_delayed_messages() {
    is_caught::<WithDeliveries<AckOfAll>>(Rule::AckedWithoutOutcome);
}
