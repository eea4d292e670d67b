//! A dead letter counts as on hold although its registration is registered or rejected.

use registrar_domain::{Outcome, RegistrationId};

use super::super::installation::{Assembly, as_it_is};
use super::super::tables::Tables;
use super::super::violation::Rule;
use super::is_caught;

struct LetterOfTheDecided;

impl Assembly for LetterOfTheDecided {
    as_it_is!(Publishing, Consuming, Store);

    fn outcomes(tables: &Tables, id: &RegistrationId) -> Vec<Outcome> {
        tables.decided(id).into_iter().chain(tables.dead_letter(id)).collect()
    }
}

#[test]
fn the_simulation_catches_a_dead_letter_that_is_not_released_when_it_is_read() {
    is_caught::<LetterOfTheDecided>(Rule::Doubled);
}
