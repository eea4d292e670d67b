//! A message that is split is acked before the messages made of it are confirmed.

use super::super::consuming::ConsumingDouble;
use super::super::database::DatabaseDouble;
use super::super::installation::Assembly;
use super::super::publishing::PublishingDouble;
use super::super::violation::Rule;
use super::groups::Mutated;
use super::is_caught_in_a_burst;

struct SplitHurried;

impl Assembly for SplitHurried {
    type Publishing = Mutated<PublishingDouble>;
    type Consuming = ConsumingDouble;
    type Store = DatabaseDouble;

    fn publishing(double: PublishingDouble) -> Self::Publishing {
        Mutated::new(double, |process, _| process.name.starts_with("worker"))
    }

    fn consuming(double: ConsumingDouble) -> ConsumingDouble {
        double
    }

    fn store(double: DatabaseDouble) -> DatabaseDouble {
        double
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
