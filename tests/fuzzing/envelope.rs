use registrar_messaging::Envelope;

use super::corpus::holds_for;

/// What can be read is written so that it is read as the same again: a letter on hold has an
/// envelope of its own, which a replay publishes.
#[test]
fn any_body_is_an_envelope_that_comes_back_or_is_refused() {
    holds_for("envelope", |body| match Envelope::decode(body) {
        Ok(envelope) => {
            let again = Envelope::decode(&envelope.encode()).unwrap();
            let known = |envelope: &Envelope| -> Vec<_> {
                envelope.registrations.iter().map(|one| (one.id, one.student.clone())).collect()
            };
            assert_eq!(known(&again), known(&envelope));
            // Written times have no fractions of a microsecond any more.
            assert_eq!(Envelope::decode(&again.encode()), Ok(again));
        }
        Err(error) => assert!(error.fingerprint().starts_with(error.reason().as_str())),
    });
}
