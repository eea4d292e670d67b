//! Everything that templates can be given, to try them at the start.

use std::time::Duration;

use registrar_domain::{
    Decision, Field, HoldReason, Lane, Outcome, ReferenceSealer, RegistrationId, RejectionCode,
};
use registrar_storage::LanePause;
use registrar_texts::{Language, Texts};
use time::OffsetDateTime;

use super::{FieldError, FormPage, Page, StatusPage, Values};
use crate::status::{Prospect, RegistrationStatus};

/// Pages of every kind, with made-up contents.
pub(super) fn pages(language: Language) -> Vec<Page> {
    let texts = language.texts();
    let mut pages = vec![Page::NotFound, Page::Away(texts.away())];
    pages.extend(forms(texts).map(Page::Form));
    pages.extend(statuses(texts).into_iter().map(Page::Status));
    pages
}

fn forms(texts: &'static Texts) -> impl Iterator<Item = FormPage> {
    let wrong = |field: Field| FieldError {
        field: field.name(),
        message: texts.fault(field, "required").unwrap_or_default(),
    };
    let errors = Field::ALL.map(|field| vec![wrong(field)]).into_iter();
    let errors = errors.chain([Field::ALL.map(wrong).into()]);
    let form = |errors, notice| FormPage {
        values: Values::default(),
        errors,
        notice,
        key: "0123456789abcdef".to_owned(),
    };
    errors.map(move |errors| form(errors, None)).chain([form(vec![], Some(texts.problem("other")))])
}

fn statuses(texts: &'static Texts) -> Vec<StatusPage> {
    let now = OffsetDateTime::UNIX_EPOCH;
    let id = RegistrationId::from_bytes([0; 16]);
    let reference = ReferenceSealer::new(&"not a secret".into(), &[]).seal(id);
    let outcomes = [
        Outcome::Registered,
        Outcome::Rejected(RejectionCode::EmailAlreadyRegistered),
        Outcome::Rejected(RejectionCode::Unknown),
        Outcome::OnHold(HoldReason::Undecodable),
    ];
    let decided = [Some(now), None].into_iter().flat_map(|accepted_at| {
        outcomes.map(|outcome| {
            RegistrationStatus::Decided(Decision { outcome, accepted_at, decided_at: now })
        })
    });
    let pause = LanePause {
        id: 0,
        lane: Lane::Interactive,
        until: now,
        left: Duration::ZERO,
        reason: String::new(),
        by: String::new(),
        since: now,
    };
    let mut pages = Vec::new();
    for status in decided.chain([RegistrationStatus::Waiting, RegistrationStatus::Unreadable]) {
        for pause in [None, Some(&pause)] {
            for id in [id, RegistrationId::generate()] {
                for takes in [Duration::ZERO, Duration::from_hours(1)] {
                    for look_again in [None, Some(takes)] {
                        let body = status.body_in(texts, id, pause);
                        let prospect = Prospect { takes, look_again };
                        pages.push(StatusPage::new(&reference, status, body, prospect, texts));
                    }
                }
            }
        }
    }
    pages
}
