use registrar_common::{
    domain::{MalformedIdempotencyKey, UnknownReference, Violation, Violations},
    messaging::PublishError,
};

use super::{Problem, ProblemKind, ProblemPart};

impl From<UnknownReference> for Problem {
    fn from(unknown: UnknownReference) -> Self {
        Self::new(ProblemKind::UnknownReference, unknown.to_string())
    }
}

impl From<MalformedIdempotencyKey> for Problem {
    fn from(malformed: MalformedIdempotencyKey) -> Self {
        Self::new(ProblemKind::MalformedIdempotencyKey, malformed.to_string())
    }
}

impl From<Violations> for Problem {
    fn from(violations: Violations) -> Self {
        Self::invalid_registration(violations.iter().map(ProblemPart::from).collect())
    }
}

impl From<&Violation> for ProblemPart {
    fn from(violation: &Violation) -> Self {
        Self {
            pointer: Some(violation.field.pointer()),
            code: violation.code.as_str(),
            message: violation.message(),
        }
    }
}

impl Problem {
    /// A registration with these faults.
    pub fn invalid_registration(errors: Vec<ProblemPart>) -> Self {
        let message = match errors.as_slice() {
            [only] => only.message.clone(),
            several => format!("Correct {} fields: see errors.", several.len()),
        };
        Self::new(ProblemKind::InvalidRegistration, message).with_errors(errors)
    }
}

impl From<PublishError> for Problem {
    fn from(error: PublishError) -> Self {
        let (kind, message) = match error {
            PublishError::Saturated => (
                ProblemKind::CannotAcceptNow,
                "Too many people are registering right now. Nothing was sent; please try again \
                 in a few seconds.",
            ),
            PublishError::Unavailable | PublishError::Refused => (
                ProblemKind::CannotAcceptNow,
                "Registrations cannot be accepted right now. Nothing was sent; please try again \
                 in a few seconds.",
            ),
            PublishError::Unknown => (
                ProblemKind::OutcomeUnknown,
                "We could not confirm your registration. Please send it again with the same \
                 Idempotency-Key: it will not be registered twice.",
            ),
        };
        Self::new(kind, message).retry_after(error.retry_after())
    }
}
