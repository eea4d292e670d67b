use registrar_domain::{
    Field, MalformedIdempotencyKey, Reference, RejectionCode, UnknownReference, Violation,
    Violations,
};
use registrar_messaging::PublishError;
use registrar_texts::Language;

use super::{Problem, ProblemKind, ProblemPart, RetrySafety};
use crate::http::RateLimited;

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

impl From<RateLimited> for Problem {
    fn from(refused: RateLimited) -> Self {
        Self::new(
            ProblemKind::TooManyRequests,
            "Too many requests came from your network. Please wait a few seconds and try again.",
        )
        .retry_after(refused.wait())
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
            message: Language::English.texts().violation(violation),
            violation: Some(violation.code),
        }
    }
}

impl Problem {
    pub fn invalid_registration(errors: Vec<ProblemPart>) -> Self {
        let sentences: Vec<_> = errors.iter().map(|error| error.message.as_str()).collect();
        Self::new(ProblemKind::InvalidRegistration, sentences.join(" ")).with_errors(errors)
    }

    /// A registration that was accepted, and rejected while its client waited.
    pub fn rejected(code: RejectionCode, reference: &Reference, status_url: String) -> Self {
        let message = Language::English.texts().rejected(code);
        let (kind, pointer) = match code {
            RejectionCode::EmailAlreadyRegistered => {
                (ProblemKind::EmailAlreadyRegistered, Some(Field::Email.pointer()))
            }
            RejectionCode::ImportCancelled | RejectionCode::Unknown => {
                (ProblemKind::Rejected, None)
            }
        };
        let code = code.as_str();
        let part = ProblemPart { pointer, code, message: message.to_owned(), violation: None };
        let problem = Self::new(kind, message).with_errors(vec![part]);
        problem.about(code, reference.to_string(), status_url)
    }

    /// A registration that is not known to be accepted.
    pub fn not_accepted(error: PublishError, retry_safety: RetrySafety) -> Self {
        let problem = match error {
            PublishError::Saturated => Self::new(
                ProblemKind::CannotAcceptNow,
                "Too many people are registering right now. Please send your registration again \
                 in a few seconds.",
            ),
            PublishError::Unavailable | PublishError::Refused => Self::new(
                ProblemKind::CannotAcceptNow,
                "We cannot take registrations right now. Please send yours again in a few seconds.",
            ),
            PublishError::Unknown => Self::new(
                ProblemKind::OutcomeUnknown,
                format!("We could not confirm your registration. {}", retry_safety.advice()),
            ),
        };
        problem.retry_after(error.retry_after())
    }
}
