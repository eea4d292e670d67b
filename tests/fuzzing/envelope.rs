use registrar_messaging::Envelope;

use super::corpus::holds_for;

/// What decodes encodes to bytes that decode to the same: a dead letter has an
/// envelope of its own, which a replay publishes.
#[test]
fn any_body_is_an_envelope_that_encodes_to_the_same_or_is_refused() {
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
