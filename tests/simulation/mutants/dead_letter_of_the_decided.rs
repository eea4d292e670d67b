//! A dead letter counts as on hold although its registration is registered or rejected.

use registrar_domain::{Outcome, RegistrationId};

use super::super::consuming::ConsumingDouble;
use super::super::database::DatabaseDouble;
use super::super::installation::Assembly;
use super::super::publishing::PublishingDouble;
use super::super::tables::Tables;
use super::super::violation::Rule;
use super::is_caught;

struct LetterOfTheDecided;

impl Assembly for LetterOfTheDecided {
    type Publishing = PublishingDouble;
    type Consuming = ConsumingDouble;
    type Store = DatabaseDouble;

    fn publishing(double: PublishingDouble) -> PublishingDouble {
        double
    }

    fn consuming(double: ConsumingDouble) -> ConsumingDouble {
        double
    }

    fn store(double: DatabaseDouble) -> DatabaseDouble {
        double
    }

    fn outcomes(tables: &Tables, id: &RegistrationId) -> Vec<Outcome> {
        tables.decided(id).into_iter().chain(tables.dead_letter(id)).collect()
    }
}

#[test]
fn the_simulation_catches_a_dead_letter_that_is_not_released_when_it_is_read() {
    is_caught::<LetterOfTheDecided>(Rule::Doubled);
}
