use std::fmt;

use super::email_address::meant_by;
use super::{EMAIL_MAX_CHARACTERS, NAME_MAX_CHARACTERS};

/// A field of the registration form.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Field {
    /// `first_name`
    FirstName,
    /// `last_name`
    LastName,
    /// `email`
    Email,
}

impl Field {
    /// Every field, in the order of the form.
    pub const ALL: [Self; 3] = [Self::FirstName, Self::LastName, Self::Email];

    /// The name of the field in JSON and form bodies.
    pub fn name(self) -> &'static str {
        match self {
            Self::FirstName => "first_name",
            Self::LastName => "last_name",
            Self::Email => "email",
        }
    }

    /// Where the field is in a JSON body (RFC 6901).
    pub fn pointer(self) -> &'static str {
        match self {
            Self::FirstName => "/first_name",
            Self::LastName => "/last_name",
            Self::Email => "/email",
        }
    }

    /// The most characters that the field holds.
    pub fn max_characters(self) -> usize {
        match self {
            Self::FirstName | Self::LastName => NAME_MAX_CHARACTERS,
            Self::Email => EMAIL_MAX_CHARACTERS,
        }
    }
}

/// Which rule a value breaks. The code is part of the public API; the sentence, which is among the
/// texts, may change.
///
/// `Debug` hides the character that a rule is about: it is out of the value.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub enum ViolationCode {
    /// Nothing was given, or nothing that can be seen.
    Required,
    /// More characters than the field holds.
    TooLong,
    /// An address with this character inside, which cannot be seen.
    ForbiddenCharacter(char),
    /// A name without any letter or digit.
    NoLetter,
    /// Neither a first nor a last name.
    NoName,
    /// Not an address that mail could be sent to.
    InvalidEmail,
    /// More in front of the @ than mail servers need to take.
    LocalPartTooLong,
    /// An address with this character, which looks like ASCII and would lead elsewhere.
    Lookalike(char),
}

impl ViolationCode {
    /// The stable code that programs compare.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Required => "required",
            Self::TooLong => "too_long",
            Self::ForbiddenCharacter(_) => "forbidden_character",
            Self::NoLetter => "no_letter",
            Self::NoName => "no_name",
            Self::InvalidEmail => "invalid_email",
            Self::LocalPartTooLong => "local_part_too_long",
            Self::Lookalike(_) => "lookalike_character",
        }
    }

    /// The character that breaks the rule, as a person can look it up or see it.
    pub fn character(self) -> Option<String> {
        match self {
            Self::ForbiddenCharacter(unseen) => Some(format!("U+{:04X}", u32::from(unseen))),
            Self::Lookalike(found) => Some(found.to_string()),
            _ => None,
        }
    }

    /// What to write instead of that character, when that is known.
    pub fn meant(self) -> Option<String> {
        match self {
            Self::Lookalike(found) => Some(meant_by(found)),
            _ => None,
        }
    }
}

impl fmt::Debug for ViolationCode {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

/// One rule that one field of a submission breaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Violation {
    /// The field with the bad value.
    pub field: Field,
    /// The rule it breaks.
    pub code: ViolationCode,
}

/// Everything that is wrong with a submission, in the order of the form. Never empty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violations(Vec<Violation>);

impl Violations {
    pub(super) fn new(violations: impl IntoIterator<Item = Violation>) -> Self {
        Self(violations.into_iter().collect())
    }

    /// The violations in the order of the form.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &Violation> {
        self.0.iter()
    }
}

/// Fields and codes only: the values are personal data.
impl fmt::Display for Violations {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, violation) in self.0.iter().enumerate() {
            let separator = if index == 0 { "" } else { ", " };
            write!(
                formatter,
                "{separator}{}: {}",
                violation.field.name(),
                violation.code.as_str()
            )?;
        }
        Ok(())
    }
}

impl std::error::Error for Violations {}
