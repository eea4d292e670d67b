//! The sentences that students read, in each language: `common/texts`, which the pages use too, so
//! that the two cannot say different things.

use std::sync::LazyLock;

use registrar_domain::{Field, RejectionCode, Violation};
use serde_json::Value;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Language {
    /// For programs, and for clients that ask for no language that is here.
    English,
    /// Written from right to left.
    Persian,
}

impl Language {
    pub const ALL: [Self; 2] = [Self::English, Self::Persian];

    /// Its subtag (RFC 5646), as in `lang="en"`.
    pub fn code(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::Persian => "fa",
        }
    }

    pub fn with_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|language| language.code().eq_ignore_ascii_case(code))
    }

    pub fn texts(self) -> &'static Texts {
        static ENGLISH: LazyLock<Texts> = LazyLock::new(|| Texts::read(include_str!("../en.json")));
        static PERSIAN: LazyLock<Texts> = LazyLock::new(|| Texts::read(include_str!("../fa.json")));

        match self {
            Self::English => &ENGLISH,
            Self::Persian => &PERSIAN,
        }
    }
}

/// A catalogue of sentences. Templates take most from it themselves; what code says is taken by the
/// functions here, and the tests show that each language has it.
#[derive(Debug, Default)]
pub struct Texts {
    catalogue: Value,
}

impl Texts {
    /// What is embedded is read by the tests too, so it is never anything else than a catalogue.
    fn read(json: &str) -> Self {
        Self { catalogue: serde_json::from_str(json).unwrap_or_default() }
    }

    /// Nothing when there is no such sentence.
    fn sentence(&self, group: &str, name: &str) -> Option<&str> {
        self.catalogue.get(group)?.get(name)?.as_str()
    }

    fn status(&self, name: &str) -> &str {
        self.sentence("statuses", name).unwrap_or_default()
    }

    pub fn catalogue(&self) -> &Value {
        &self.catalogue
    }

    pub fn language_name(&self) -> &str {
        self.sentence("language", "name").unwrap_or_default()
    }

    /// What to do about a rule that a value breaks.
    pub fn violation(&self, &Violation { field, code }: &Violation) -> String {
        let mut sentence = self.fault(field, code.as_str()).unwrap_or_default();
        for (place, value) in [("{character}", code.character()), ("{meant}", code.meant())] {
            if let Some(value) = value {
                sentence = sentence.replace(place, &value);
            }
        }
        sentence
    }

    /// What to do about a field, by the stable code of what is wrong with it; `None` for codes that
    /// only programs meet.
    pub fn fault(&self, field: Field, code: &str) -> Option<String> {
        let sentence = self.catalogue["fields"][field.name()].get(code)?.as_str()?;
        Some(sentence.replace("{limit}", &field.max_characters().to_string()))
    }

    pub fn accepted(&self) -> &str {
        self.status("accepted")
    }

    /// It was accepted, and its outcome is not known just now.
    pub fn unreadable(&self) -> &str {
        self.status("unreadable")
    }

    /// It waits until registering goes on, at this time at the latest.
    pub fn paused(&self, until: &str) -> String {
        self.status("paused").replace("{until}", until)
    }

    pub fn registered(&self) -> &str {
        self.status("registered")
    }

    pub fn rejected(&self, code: RejectionCode) -> &str {
        self.status(match code {
            RejectionCode::EmailAlreadyRegistered => "email_already_registered",
            RejectionCode::ImportCancelled | RejectionCode::Unknown => "rejected",
        })
    }

    pub fn on_hold(&self) -> &str {
        self.status("on_hold")
    }

    /// Why a form was not taken and what to do, by the name of the problem.
    pub fn problem(&self, slug: &str) -> &str {
        let problem = |slug| self.sentence("problems", slug);
        problem(slug).or_else(|| problem("other")).unwrap_or_default()
    }

    /// Nothing can be shown just now.
    pub fn away(&self) -> &str {
        self.away_page("lead")
    }

    /// Shown to a client that asked too often.
    pub fn busy(&self) -> &str {
        self.away_page("busy")
    }

    fn away_page(&self, name: &str) -> &str {
        self.catalogue["pages"]["away"][name].as_str().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests;
