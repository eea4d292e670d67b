use std::borrow::Cow;

use axum::http::HeaderValue;
use registrar_domain::{Decision, Outcome, RegistrationId};
use registrar_storage::LanePause;
use registrar_texts::{Language, Texts};
use serde::Serialize;
use time::OffsetDateTime;
use utoipa::ToSchema;

use super::caching::entity_tag;

/// What the API knows of a registration whose reference is genuine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RegistrationStatus {
    /// Nothing is decided: it waits in the queue.
    Waiting,
    /// Accepted, but the database does not answer, so whether it waits is not known.
    Unreadable,
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
    pub message: Cow<'static, str>,
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
    /// Until when nothing is registered, unless it goes on earlier; left out unless registering is
    /// paused while this one waits.
    #[serde(skip_serializing_if = "Option::is_none", with = "time::serde::rfc3339::option")]
    pub paused_until: Option<OffsetDateTime>,
}

impl RegistrationStatus {
    /// As programs read it, while the lane is paused or not.
    pub fn body(&self, id: RegistrationId, pause: Option<&LanePause>) -> StatusBody {
        self.body_in(Language::English.texts(), id, pause)
    }

    /// The same in the language of these texts.
    pub fn body_in(
        &self,
        texts: &'static Texts,
        id: RegistrationId,
        pause: Option<&LanePause>,
    ) -> StatusBody {
        let pause = pause.filter(|_| *self == Self::Waiting);
        let (status, message, code) = self.words(texts);
        let decision = self.decision();
        StatusBody {
            status,
            message: match pause {
                Some(pause) => texts.paused(&pause.until_text()).into(),
                None => message.into(),
            },
            code,
            paused_until: pause.map(|pause| pause.until),
            accepted_at: decision.and_then(|d| d.accepted_at).or_else(|| id.generated_at()),
            decided_at: decision.map(|d| d.decided_at),
        }
    }

    /// Names what [`Self::body`] says: equal for equal bodies of one registration.
    pub fn tag(&self, pause: Option<&LanePause>) -> HeaderValue {
        let pause = pause.filter(|_| *self == Self::Waiting);
        entity_tag(&match (self.decision(), pause) {
            (Some(Decision { outcome, accepted_at, decided_at }), _) => {
                let code = self.words(Language::English.texts()).2.unwrap_or_default();
                let accepted_at = accepted_at.map_or(0, OffsetDateTime::unix_timestamp_nanos);
                let decided_at = decided_at.unix_timestamp_nanos();
                format!("{}.{code}.{accepted_at:x}.{decided_at:x}", outcome.as_str())
            }
            (None, Some(pause)) => format!("paused.{}", pause.id),
            (None, None) => "accepted".to_owned(),
        })
    }

    pub fn decision(&self) -> Option<&Decision> {
        match self {
            Self::Decided(decision) => Some(decision),
            Self::Waiting | Self::Unreadable => None,
        }
    }

    /// Whether it can never change again. A registration on hold can be replayed.
    pub fn is_final(&self) -> bool {
        self.decision().is_some_and(|decision| decision.outcome.is_final())
    }

    fn words(&self, texts: &'static Texts) -> (StateName, &'static str, Option<&'static str>) {
        match self {
            Self::Waiting => (StateName::Accepted, texts.accepted(), None),
            Self::Unreadable => (StateName::Accepted, texts.unreadable(), None),
            Self::Decided(decision) => match decision.outcome {
                Outcome::Registered => (StateName::Registered, texts.registered(), None),
                Outcome::Rejected(code) => {
                    (StateName::Rejected, texts.rejected(code), Some(code.as_str()))
                }
                Outcome::OnHold(_) => (StateName::OnHold, texts.on_hold(), None),
            },
        }
    }
}

impl StateName {
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
    use std::collections::HashSet;
    use std::time::Duration;

    use registrar_domain::{
        DerivationKey, HoldReason, IdempotencyKey, Lane, RejectionCode, Student,
    };
    use serde_json::Value;
    use time::macros::datetime;

    use super::*;

    const ID: &str = "0199d3c4-5a00-7000-8000-000000000001";

    fn decided(outcome: Outcome) -> RegistrationStatus {
        RegistrationStatus::Decided(Decision {
            outcome,
            accepted_at: Some(datetime!(2026-01-02 03:04:05.123456 UTC)),
            decided_at: datetime!(2026-01-02 03:04:06.5 UTC),
        })
    }

    fn json_of(status: RegistrationStatus) -> Value {
        let id = RegistrationId::parse(ID).unwrap();
        serde_json::to_value(status.body(id, None)).unwrap()
    }

    fn pause() -> LanePause {
        LanePause {
            id: 1,
            lane: Lane::Interactive,
            until: datetime!(2026-01-02 03:04:05 UTC),
            left: Duration::from_mins(1),
            reason: "the disk is being replaced".to_owned(),
            by: "grace".to_owned(),
            since: datetime!(2026-01-02 03:03:05 UTC),
        }
    }

    #[test]
    fn registered_and_rejected_are_final_and_nothing_else_is() {
        let rejected = Outcome::Rejected(RejectionCode::EmailAlreadyRegistered);
        assert!(decided(Outcome::Registered).is_final());
        assert!(decided(rejected).is_final());
        assert!(!decided(Outcome::OnHold(HoldReason::RefusedByDatabase)).is_final());
        assert!(!RegistrationStatus::Waiting.is_final());
        assert!(!RegistrationStatus::Unreadable.is_final());
    }

    #[test]
    fn each_state_has_its_word_and_a_sentence() {
        let rejected = Outcome::Rejected(RejectionCode::EmailAlreadyRegistered);
        for (status, word) in [
            (RegistrationStatus::Waiting, "accepted"),
            (RegistrationStatus::Unreadable, "accepted"),
            (decided(Outcome::Registered), "registered"),
            (decided(rejected), "rejected"),
            (decided(Outcome::Rejected(RejectionCode::Unknown)), "rejected"),
            (decided(Outcome::OnHold(HoldReason::Undecodable)), "on_hold"),
        ] {
            let json = json_of(status);
            assert_eq!(json["status"], word);
            assert!(json["message"].as_str().unwrap().ends_with('.'));
            let body = status.body(RegistrationId::generate(), None);
            assert_eq!(body.status.as_str(), word);
        }
    }

    #[test]
    fn each_state_of_a_registration_has_a_tag_of_its_own() {
        let at = |decided_at| Decision {
            outcome: Outcome::OnHold(HoldReason::Undecodable),
            accepted_at: None,
            decided_at,
        };
        let other_pause = LanePause { id: 2, ..pause() };
        let email_taken = Outcome::Rejected(RejectionCode::EmailAlreadyRegistered);
        let tags = [
            RegistrationStatus::Waiting.tag(None),
            RegistrationStatus::Waiting.tag(Some(&pause())),
            RegistrationStatus::Waiting.tag(Some(&other_pause)),
            decided(Outcome::Registered).tag(None),
            decided(email_taken).tag(None),
            decided(Outcome::Rejected(RejectionCode::Unknown)).tag(None),
            RegistrationStatus::Decided(at(datetime!(2026-01-02 03:04:05 UTC))).tag(None),
            RegistrationStatus::Decided(at(datetime!(2026-01-02 03:04:05.000001 UTC))).tag(None),
        ];
        let texts: HashSet<_> = tags.iter().map(|tag| format!("{tag:?}")).collect();
        assert_eq!(texts.len(), tags.len(), "{texts:?}");
        let paused = decided(Outcome::Registered).tag(Some(&pause()));
        assert!(texts.contains(&format!("{paused:?}")), "a pause changes nothing that is decided");
    }

    #[test]
    fn a_decision_has_its_times_and_a_rejection_its_code() {
        let json = json_of(decided(Outcome::Rejected(RejectionCode::EmailAlreadyRegistered)));
        assert_eq!(json["code"], "email_already_registered");
        assert_eq!(json["accepted_at"], "2026-01-02T03:04:05.123456Z");
        assert_eq!(json["decided_at"], "2026-01-02T03:04:06.5Z");
    }

    #[test]
    fn while_waiting_the_id_says_when_it_was_accepted() {
        let json = json_of(RegistrationStatus::Waiting);
        assert_eq!(json["accepted_at"], "2025-10-11T14:54:44.736Z");
        assert!(json.get("decided_at").is_none() && json.get("code").is_none());
    }

    #[test]
    fn a_derived_id_that_waits_has_no_time() {
        let student = Student::parse("Ada", "Lovelace", "ada@example.com").unwrap();
        let id = IdempotencyKey::parse("0123456789abcdef").unwrap().registration_id(
            &DerivationKey::new(&"secret".into()),
            "register",
            &student,
        );
        let json = serde_json::to_value(RegistrationStatus::Waiting.body(id, None)).unwrap();
        assert!(json.get("accepted_at").is_none());
    }

    #[test]
    fn who_waits_for_a_paused_lane_hears_until_when_and_not_why() {
        let id = RegistrationId::parse(ID).unwrap();
        let json =
            serde_json::to_value(RegistrationStatus::Waiting.body(id, Some(&pause()))).unwrap();
        assert_eq!(
            (&json["status"], &json["paused_until"]),
            (&"accepted".into(), &"2026-01-02T03:04:05Z".into())
        );
        let message = json["message"].as_str().unwrap();
        assert!(message.contains("paused until 2026-01-02 03:04:05 UTC"), "{message}");
        assert!(!message.contains("disk") && !message.contains("grace"), "{message}");
    }

    #[test]
    fn a_pause_changes_nothing_of_what_is_decided_or_cannot_be_read() {
        let id = RegistrationId::parse(ID).unwrap();
        for status in [RegistrationStatus::Unreadable, decided(Outcome::Registered)] {
            let said = serde_json::to_value(status.body(id, Some(&pause()))).unwrap();
            assert_eq!(said, json_of(status));
        }
    }
}
