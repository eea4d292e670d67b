use registrar_common::domain::{Decision, Outcome, RegistrationId, RejectionCode};
use serde::Serialize;
use time::OffsetDateTime;
use utoipa::ToSchema;

/// What the API knows of a registration whose reference is genuine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Known {
    /// Nothing is decided: it waits in the queue.
    Waiting,
    /// Accepted, but the database does not answer, so whether it waits is not known.
    Unreadable,
    /// It has an outcome.
    Decided(Decision),
}

/// Where a registration stands, in one word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum StateName {
    /// It is stored safely and waits to be registered.
    Accepted,
    /// The student is registered.
    Registered,
    /// A final no; `code` says why.
    Rejected,
    /// It is stored safely and waits for a person to look at it.
    OnHold,
}

/// Where a registration stands.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Status)]
pub struct StatusBody {
    /// Where it stands, in one word.
    pub status: StateName,
    /// The same as a sentence, and what to do.
    #[schema(example = "You are registered.")]
    pub message: &'static str,
    /// Why it was rejected.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "email_already_registered")]
    pub code: Option<&'static str>,
    /// When it was accepted; left out while that is not known.
    #[serde(skip_serializing_if = "Option::is_none", with = "time::serde::rfc3339::option")]
    pub accepted_at: Option<OffsetDateTime>,
    /// When it was decided.
    #[serde(skip_serializing_if = "Option::is_none", with = "time::serde::rfc3339::option")]
    pub decided_at: Option<OffsetDateTime>,
}

impl Known {
    /// As the API tells it.
    pub fn body(&self, id: RegistrationId) -> StatusBody {
        let (status, message, code) = self.words();
        let decision = self.decision();
        StatusBody {
            status,
            message,
            code,
            accepted_at: decision.and_then(|d| d.accepted_at).or_else(|| id.generated_at()),
            decided_at: decision.map(|d| d.decided_at),
        }
    }

    /// The outcome, when there is one.
    pub fn decision(&self) -> Option<&Decision> {
        match self {
            Self::Decided(decision) => Some(decision),
            Self::Waiting | Self::Unreadable => None,
        }
    }

    fn words(&self) -> (StateName, &'static str, Option<&'static str>) {
        let outcome = match self {
            Self::Waiting => {
                let message = "Your registration is accepted. It is waiting to be registered.";
                return (StateName::Accepted, message, None);
            }
            Self::Unreadable => {
                let message = "Your registration is accepted and safe. Its current state cannot \
                               be read right now; please look again in a moment.";
                return (StateName::Accepted, message, None);
            }
            Self::Decided(decision) => decision.outcome,
        };
        match outcome {
            Outcome::Registered => (StateName::Registered, "You are registered.", None),
            Outcome::Rejected(code) => (StateName::Rejected, rejection(code), Some(code.as_str())),
            Outcome::OnHold(_) => (
                StateName::OnHold,
                "Your registration is safe, but a person needs to look at it. You do not need to \
                 send it again.",
                None,
            ),
        }
    }
}

fn rejection(code: RejectionCode) -> &'static str {
    match code {
        RejectionCode::EmailAlreadyRegistered => {
            "This email address is already registered. If you registered before, you do not need \
             to do anything; otherwise register with another address."
        }
        RejectionCode::Unknown => "Your registration was rejected.",
    }
}

impl StateName {
    /// The word itself.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Accepted => "accepted",
            Self::Registered => "registered",
            Self::Rejected => "rejected",
            Self::OnHold => "on_hold",
        }
    }
}

#[cfg(test)]
mod tests {
    use registrar_common::domain::{HoldReason, IdempotencyKey};
    use serde_json::Value;
    use time::macros::datetime;

    use super::*;

    const ID: &str = "0199d3c4-5a00-7000-8000-000000000001";

    fn decided(outcome: Outcome) -> Known {
        Known::Decided(Decision {
            outcome,
            accepted_at: Some(datetime!(2026-01-02 03:04:05.123456 UTC)),
            decided_at: datetime!(2026-01-02 03:04:06.5 UTC),
        })
    }

    fn json_of(known: Known) -> Value {
        let id = RegistrationId::parse(ID).unwrap();
        serde_json::to_value(known.body(id)).unwrap()
    }

    #[test]
    fn each_state_has_its_word_and_a_sentence() {
        let rejected = Outcome::Rejected(RejectionCode::EmailAlreadyRegistered);
        for (known, word) in [
            (Known::Waiting, "accepted"),
            (Known::Unreadable, "accepted"),
            (decided(Outcome::Registered), "registered"),
            (decided(rejected), "rejected"),
            (decided(Outcome::Rejected(RejectionCode::Unknown)), "rejected"),
            (decided(Outcome::OnHold(HoldReason::Undecodable)), "on_hold"),
        ] {
            let json = json_of(known);
            assert_eq!(json["status"], word);
            assert!(json["message"].as_str().unwrap().ends_with('.'));
            let body = known.body(RegistrationId::generate());
            assert_eq!(body.status.as_str(), word);
        }
    }

    #[test]
    fn a_decision_tells_its_times_and_a_rejection_its_code() {
        let json = json_of(decided(Outcome::Rejected(RejectionCode::EmailAlreadyRegistered)));
        assert_eq!(json["code"], "email_already_registered");
        assert_eq!(json["accepted_at"], "2026-01-02T03:04:05.123456Z");
        assert_eq!(json["decided_at"], "2026-01-02T03:04:06.5Z");
    }

    #[test]
    fn while_waiting_the_id_says_when_it_was_accepted() {
        let json = json_of(Known::Waiting);
        assert_eq!(json["accepted_at"], "2025-10-11T14:54:44.736Z");
        assert!(json.get("decided_at").is_none() && json.get("code").is_none());
    }

    #[test]
    fn a_derived_id_that_waits_has_no_time() {
        let id = IdempotencyKey::parse("0123456789abcdef")
            .unwrap()
            .registration_id(&"secret".into(), "register");
        let json = serde_json::to_value(Known::Waiting.body(id)).unwrap();
        assert!(json.get("accepted_at").is_none());
    }
}
