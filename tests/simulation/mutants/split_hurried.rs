//! A message that is split is acked before the messages made of it are confirmed.

use super::super::installation::{Assembly, as_it_is};
use super::super::publishing::PublishingDouble;
use super::super::violation::Rule;
use super::groups::Mutated;
use super::is_caught_in_a_burst;

struct SplitHurried;

impl Assembly for SplitHurried {
    as_it_is!(Consuming, Store);

    type Publishing = Mutated<PublishingDouble>;

    fn publishing(double: PublishingDouble) -> Self::Publishing {
        Mutated::new(double, |process, _| process.name.starts_with("worker"))
    }
}

#[test]
fn the_simulation_catches_a_split_that_is_acked_before_it_is_confirmed() {
    is_caught_in_a_burst::<SplitHurried>(Rule::AckedWithoutOutcome);
}

#[test]
fn the_simulation_catches_what_a_split_loses_that_is_acked_before_it_is_confirmed() {
    is_caught_in_a_burst::<SplitHurried>(Rule::Lost);
}
