use std::fmt;

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

    fn label(self) -> &'static str {
        match self {
            Self::FirstName => "first name",
            Self::LastName => "last name",
            Self::Email => "email address",
        }
    }
}

/// Which rule a value breaks. The code is part of the public API; the sentence may change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ViolationCode {
    /// Nothing was given, or only white space.
    Required,
    /// More characters than the field holds.
    TooLong {
        /// The most characters that the field holds.
        limit: usize,
    },
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
            Self::TooLong { .. } => "too_long",
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

impl Violation {
    /// What to do about it, as a sentence for the person who filled in the form.
    pub fn message(&self) -> String {
        let label = self.field.label();
        match self.code {
            ViolationCode::Required => format!("Enter your {label}."),
            ViolationCode::TooLong { limit } => {
                format!("Your {label} must be {limit} characters or fewer.")
            }
            ViolationCode::ForbiddenCharacter => {
                format!("Your {label} must not contain line breaks or other invisible characters.")
            }
            ViolationCode::NoLetter => format!("Your {label} must contain at least one letter."),
            ViolationCode::InvalidEmail => {
                "Enter an email address in the correct format, like name@example.com.".to_owned()
            }
        }
    }
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
