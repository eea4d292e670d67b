//! The sentences that students read, in each language: `common/texts`, which the pages use too, so
//! that the two cannot say different things.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use registrar_domain::{Field, RejectionCode, Violation};
use serde::Deserialize;
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

#[derive(Debug, Default)]
pub struct Texts {
    catalogue: Value,
    sentences: Sentences,
}

/// What is said by code rather than by a template.
#[derive(Debug, Default, Deserialize)]
struct Sentences {
    language: Name,
    fields: Fields,
    statuses: Statuses,
    problems: BTreeMap<String, String>,
    pages: Pages,
}

#[derive(Debug, Default, Deserialize)]
struct Name {
    name: String,
}

#[derive(Debug, Default, Deserialize)]
struct Fields {
    first_name: BTreeMap<String, String>,
    last_name: BTreeMap<String, String>,
    email: BTreeMap<String, String>,
}

/// What else the API puts into pages; their templates take most from the catalogue themselves.
#[derive(Debug, Default, Deserialize)]
struct Pages {
    away: Away,
}

#[derive(Debug, Default, Deserialize)]
struct Away {
    lead: String,
    busy: String,
}

#[derive(Debug, Default, Deserialize)]
struct Statuses {
    accepted: String,
    unreadable: String,
    paused: String,
    registered: String,
    email_already_registered: String,
    rejected: String,
    on_hold: String,
}

impl Texts {
    /// What is embedded is read by the tests too, so it is never anything else than a catalogue.
    fn read(json: &str) -> Self {
        let sentences = serde_json::from_str(json).unwrap_or_default();
        Self { catalogue: serde_json::from_str(json).unwrap_or_default(), sentences }
    }

    pub fn catalogue(&self) -> &Value {
        &self.catalogue
    }

    pub fn language_name(&self) -> &str {
        &self.sentences.language.name
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
        let fields = &self.sentences.fields;
        let faults = match field {
            Field::FirstName => &fields.first_name,
            Field::LastName => &fields.last_name,
            Field::Email => &fields.email,
        };
        let sentence = faults.get(code)?;
        Some(sentence.replace("{limit}", &field.max_characters().to_string()))
    }

    pub fn accepted(&self) -> &str {
        &self.sentences.statuses.accepted
    }

    /// It was accepted, and its outcome is not known just now.
    pub fn unreadable(&self) -> &str {
        &self.sentences.statuses.unreadable
    }

    /// It waits until registering goes on, at this time at the latest.
    pub fn paused(&self, until: &str) -> String {
        self.sentences.statuses.paused.replace("{until}", until)
    }

    pub fn registered(&self) -> &str {
        &self.sentences.statuses.registered
    }

    pub fn rejected(&self, code: RejectionCode) -> &str {
        match code {
            RejectionCode::EmailAlreadyRegistered => {
                &self.sentences.statuses.email_already_registered
            }
            RejectionCode::Unknown => &self.sentences.statuses.rejected,
        }
    }

    pub fn on_hold(&self) -> &str {
        &self.sentences.statuses.on_hold
    }

    /// Why a form was not taken and what to do, by the name of the problem.
    pub fn problem(&self, slug: &str) -> &str {
        let problems = &self.sentences.problems;
        problems.get(slug).or_else(|| problems.get("other")).map_or("", String::as_str)
    }

    /// Nothing can be shown just now.
    pub fn away(&self) -> &str {
        &self.sentences.pages.away.lead
    }

    /// Shown to a client that asked too often.
    pub fn busy(&self) -> &str {
        &self.sentences.pages.away.busy
    }
}

#[cfg(test)]
mod tests;
