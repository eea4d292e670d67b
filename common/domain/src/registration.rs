use std::sync::Arc;

use time::OffsetDateTime;

use super::{
    EmailAddress, Field, ImportId, PersonName, RegistrationId, Violation, ViolationCode, Violations,
};
use crate::clock;

/// A person to be registered. A clone is the same one, not a copy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Student(Arc<Fields>);

#[derive(Debug, PartialEq, Eq)]
struct Fields {
    first_name: PersonName,
    last_name: PersonName,
    email: EmailAddress,
}

impl Student {
    /// Reads a form; a missing field is an empty one. Collects every violation, not just the first.
    pub fn parse(first_name: &str, last_name: &str, email: &str) -> Result<Self, Violations> {
        let in_field = |field| move |code| Violation { field, code };
        let first_name = PersonName::parse(first_name);
        let last_name = PersonName::parse(last_name);
        let first_name = match (first_name, &last_name) {
            (Ok(first), Ok(last)) if first.is_none() && last.is_none() => {
                Err(ViolationCode::NoName)
            }
            (first_name, _) => first_name,
        };
        let first_name = first_name.map_err(in_field(Field::FirstName));
        let last_name = last_name.map_err(in_field(Field::LastName));
        let email = EmailAddress::parse(email).map_err(in_field(Field::Email));
        match (first_name, last_name, email) {
            (Ok(first_name), Ok(last_name), Ok(email)) => {
                Ok(Self(Arc::new(Fields { first_name, last_name, email })))
            }
            (first_name, last_name, email) => {
                let violations = [first_name.err(), last_name.err(), email.err()];
                Err(Violations::new(violations.into_iter().flatten()))
            }
        }
    }

    /// The first name.
    pub fn first_name(&self) -> &PersonName {
        &self.0.first_name
    }

    /// The last name.
    pub fn last_name(&self) -> &PersonName {
        &self.0.last_name
    }

    /// The e-mail address: a student is registered once by it.
    pub fn email(&self) -> &EmailAddress {
        &self.0.email
    }
}

/// One student's submission, as the API accepts it and the worker stores it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Registration {
    /// The same in every message of this registration.
    pub id: RegistrationId,
    /// The person to be registered.
    pub student: Student,
    /// When the API took it, to the microsecond, which is what the database keeps.
    pub accepted_at: OffsetDateTime,
    /// The row that it was imported from; none when it comes from the form.
    pub import: Option<ImportRow>,
}

/// A row of a file that was imported.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ImportRow {
    /// The import.
    pub import: ImportId,
    /// The number that a spreadsheet shows, from 1 and with the header.
    pub row: u32,
}

impl Registration {
    /// A registration taken now.
    pub fn now(id: RegistrationId, student: Student) -> Self {
        let now = clock::now();
        let to_the_microsecond = now.nanosecond() / 1_000 * 1_000;
        let accepted_at = now.replace_nanosecond(to_the_microsecond).unwrap_or(now);
        Self { id, student, accepted_at, import: None }
    }

    /// A registration imported now, from this row.
    pub fn imported(id: RegistrationId, student: Student, from: ImportRow) -> Self {
        Self { import: Some(from), ..Self::now(id, student) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_violations_of_a_form_are_collected_in_its_order() {
        let violations = Student::parse("", &"x".repeat(101), "ada").unwrap_err();
        let said: Vec<_> =
            violations.iter().map(|v| (v.field.pointer(), v.code.as_str())).collect();
        assert_eq!(
            said,
            [("/first_name", "required"), ("/last_name", "too_long"), ("/email", "invalid_email")]
        );
    }

    #[test]
    fn a_student_with_one_name_writes_a_dash_in_the_place_of_the_other() {
        for (first_name, last_name) in [("Suharto", "–"), ("-", "Suharto")] {
            assert!(Student::parse(first_name, last_name, "suharto@example.com").is_ok());
        }
        let violations = Student::parse("-", "—", "ada@example.com").unwrap_err();
        assert_eq!(violations.to_string(), "first_name: no_name");
    }

    #[test]
    fn violations_and_students_never_print_personal_data() {
        for email in
            ["secret", "secr\u{e000}et", "secretЖ\u{200b}@example.com", "secret۱@example.com"]
        {
            let violations = Student::parse("?", &"secret".repeat(20), email).unwrap_err();
            let printed = format!("{violations} {violations:?}");
            assert!(!printed.contains("secret") && printed.is_ascii(), "{printed}");
        }
        let student = Student::parse("Hidden", "Hidden", "hidden@example.com").unwrap();
        assert!(!format!("{student:?}").to_lowercase().contains("hidden@"));
    }

    #[test]
    fn accepted_at_is_kept_to_the_microsecond() {
        let student = Student::parse("Ada", "Lovelace", "ada@example.com").unwrap();
        let registration = Registration::now(RegistrationId::generate(), student);
        assert_eq!(registration.accepted_at.nanosecond() % 1_000, 0);
    }
}
