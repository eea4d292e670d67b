//! The id is derived from the key alone, whatever was sent with it.

use registrar_domain::{DerivationKey, IdempotencyKey, RegistrationId, Student};

use super::super::installation::{Assembly, as_it_is};
use super::super::violation::Rule;
use super::is_caught;

struct IdOfKeyAlone;

impl Assembly for IdOfKeyAlone {
    as_it_is!(Publishing, Consuming, Store);

    fn id(key: &IdempotencyKey, scope: &str, _student: &Student) -> RegistrationId {
        let same = Student::parse("Ada", "Lovelace", "same@example.com").unwrap();
        key.registration_id(&DerivationKey::new(&"simulated".into()), scope, &same)
    }
}

#[test]
fn the_simulation_catches_an_id_that_comes_from_the_key_alone() {
    is_caught::<IdOfKeyAlone>(Rule::OutcomeOfAnother);
}

#[test]
fn the_simulation_catches_two_outcomes_of_an_id_that_comes_from_the_key_alone() {
    is_caught::<IdOfKeyAlone>(Rule::Doubled);
}
