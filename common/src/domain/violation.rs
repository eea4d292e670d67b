use std::fmt;

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
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ViolationCode {
    /// Nothing was given, or only white space.
    Required,
    /// More characters than the field holds.
    TooLong,
    /// A control character, a line break or an invisible direction mark.
    ForbiddenCharacter,
    /// A name without any letter or digit.
    NoLetter,
    /// Not an address that mail could be sent to.
    InvalidEmail,
}

impl ViolationCode {
    /// The stable code that programs compare.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Required => "required",
            Self::TooLong => "too_long",
            Self::ForbiddenCharacter => "forbidden_character",
            Self::NoLetter => "no_letter",
            Self::InvalidEmail => "invalid_email",
        }
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
    pub(super) fn of(violations: impl IntoIterator<Item = Violation>) -> Self {
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
