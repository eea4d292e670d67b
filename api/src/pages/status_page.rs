use std::borrow::Cow;
use std::time::Duration;

use registrar_domain::Reference;
use registrar_texts::Texts;
use serde::Serialize;

use super::Moment;
use crate::problem::seconds_to_wait;
use crate::status::{Prospect, RegistrationStatus, StatusBody};

/// From here on it is no longer "a few seconds".
const LONG: Duration = Duration::from_secs(30);

/// A page that reloads sooner is gone before a screen reader has read it.
const READABLE: Duration = Duration::from_secs(5);

/// What `status.html` is given.
#[derive(Serialize)]
pub struct StatusPage {
    pub status: &'static str,
    /// Whether only that it was accepted is known just now.
    pub unreadable: bool,
    /// The same as a sentence, and what to do.
    pub message: Cow<'static, str>,
    pub code: Option<&'static str>,
    pub reference: String,
    /// When it was accepted, as far as that is known.
    pub accepted_at: Option<Moment>,
    pub decided_at: Option<Moment>,
    /// Until when registering is paused, while this one waits.
    pub paused_until: Option<Moment>,
    /// How long it takes, while it waits and registering goes on.
    pub wait: Option<Wait>,
    /// After how many seconds to look again; `None` when it cannot change any more.
    pub refresh: Option<u64>,
}

/// How long an outcome takes just now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Wait {
    /// Whether it is longer than "a few seconds".
    pub long: bool,
    /// About so many minutes, at least one.
    pub minutes: u64,
}

impl StatusPage {
    /// The page of a registration; `body` is in the language of these texts.
    pub fn new(
        reference: &Reference,
        status: RegistrationStatus,
        body: StatusBody,
        prospect: Prospect,
        texts: &Texts,
    ) -> Self {
        let waits = status == RegistrationStatus::Waiting && body.paused_until.is_none();
        let paused_until = body.paused_until.map(Moment::from);
        Self {
            status: body.status.as_str(),
            unreadable: status == RegistrationStatus::Unreadable,
            message: match &paused_until {
                // Both times are spelled the same, so that the script can replace both.
                Some(until) => texts.paused(until.text()).into(),
                None => body.message,
            },
            code: body.code,
            reference: reference.to_string(),
            accepted_at: body.accepted_at.map(Moment::from),
            decided_at: body.decided_at.map(Moment::from),
            paused_until,
            wait: waits.then(|| Wait::of(prospect.takes)),
            refresh: prospect.look_again.map(|time| seconds_to_wait(time.max(READABLE))),
        }
    }
}

impl Wait {
    /// How a time is shown. Rounded up, so that it is never less than it is.
    pub fn of(takes: Duration) -> Self {
        Self { long: takes >= LONG, minutes: seconds_to_wait(takes).div_ceil(60) }
    }
}

#[cfg(test)]
mod tests {
    use registrar_domain::{ReferenceSealer, RegistrationId};
    use registrar_texts::Language;

    use super::*;

    fn page_of(status: RegistrationStatus) -> StatusPage {
        let id = RegistrationId::generate();
        let reference = ReferenceSealer::new(&"secret".into(), &[]).seal(id);
        let takes = Duration::from_secs(90);
        let prospect = Prospect { takes, look_again: Some(Duration::from_millis(1_500)) };
        let texts = Language::Persian.texts();
        StatusPage::new(&reference, status, status.body_in(texts, id, None), prospect, texts)
    }

    #[test]
    fn a_wait_is_shown_in_whole_minutes_once_it_is_more_than_some_seconds() {
        for (seconds, long, minutes) in
            [(0, false, 1), (29, false, 1), (30, true, 1), (60, true, 1), (61, true, 2)]
        {
            assert_eq!(Wait::of(Duration::from_secs(seconds)), Wait { long, minutes }, "{seconds}");
        }
    }

    #[test]
    fn who_waits_hears_how_long_and_when_to_look_again() {
        let page = page_of(RegistrationStatus::Waiting);
        assert_eq!(page.wait, Some(Wait { long: true, minutes: 2 }));
        assert_eq!(page.refresh, Some(5), "long enough to be read");
        assert_eq!(page.message, Language::Persian.texts().accepted());
        assert!(page.accepted_at.is_some() && page.decided_at.is_none());
    }

    #[test]
    fn a_status_that_cannot_be_read_shows_no_wait() {
        let page = page_of(RegistrationStatus::Unreadable);
        assert!(page.unreadable && page.wait.is_none());
        assert_eq!(page.status, "accepted");
    }
}
