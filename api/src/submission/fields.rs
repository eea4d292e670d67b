use registrar_domain::{Field, Student};
use registrar_texts::Language;
use utoipa::ToSchema;

use super::name_schema::{first_name, last_name};
use crate::problem::{Problem, ProblemPart};

/// What a body says in one field.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum FieldValue {
    /// Nothing, or JSON's `null`.
    #[default]
    Missing,
    Text(String),
    NotText,
    /// More than one value, so that it is not known which is meant.
    Repeated,
}

impl FieldValue {
    /// Takes another value of the same field.
    pub fn add(&mut self, value: Self) {
        *self = if *self == Self::Missing { value } else { Self::Repeated };
    }
}

/// Who wants to be registered.
// As a body says it: what is read, and what the document describes.
#[derive(Debug, Default, PartialEq, Eq, ToSchema)]
#[schema(as = Registration)]
pub struct Fields {
    #[schema(schema_with = first_name)]
    first_name: FieldValue,
    #[schema(schema_with = last_name)]
    last_name: FieldValue,
    /// Up to 254 characters, 64 bytes of them in front of the @. Both parts may be international, and
    /// both spellings of a domain are one address.
    #[schema(value_type = String, max_length = 254, format = "idn-email", example = "ada@example.com")]
    email: FieldValue,
    /// Only of a form: programs have a header for it.
    #[schema(ignore)]
    pub(super) idempotency_key: FieldValue,
}

impl Fields {
    /// The field of this name; others are ignored, since a form may have a button with a name.
    pub fn named(&mut self, name: &str) -> Option<&mut FieldValue> {
        let field = Field::ALL.into_iter().find(|field| field.name() == name)?;
        Some(self.field(field))
    }

    pub(super) fn field(&mut self, field: Field) -> &mut FieldValue {
        match field {
            Field::FirstName => &mut self.first_name,
            Field::LastName => &mut self.last_name,
            Field::Email => &mut self.email,
        }
    }

    pub fn has_any(&self) -> bool {
        [&self.first_name, &self.last_name, &self.email]
            .iter()
            .any(|given| **given != FieldValue::Missing)
    }

    /// What was entered, when it is one text.
    pub fn entered(&self, field: Field) -> &str {
        let given = match field {
            Field::FirstName => &self.first_name,
            Field::LastName => &self.last_name,
            Field::Email => &self.email,
        };
        if let FieldValue::Text(text) = given { text } else { "" }
    }

    /// The student, or every fault of every field in the order of the form.
    pub fn into_student(self) -> Result<Student, Problem> {
        let faults = [
            fault(Field::FirstName, &self.first_name),
            fault(Field::LastName, &self.last_name),
            fault(Field::Email, &self.email),
        ];
        let text = |given| if let FieldValue::Text(text) = given { text } else { String::new() };
        let (first_name, last_name, email) =
            (text(self.first_name), text(self.last_name), text(self.email));
        let student = Student::parse(&first_name, &last_name, &email);
        if faults.iter().all(Option::is_none) {
            return student.map_err(Problem::from);
        }
        let violations = student.err();
        let in_order = Field::ALL.into_iter().zip(faults);
        let errors = in_order.filter_map(|(field, fault)| {
            fault.or_else(|| {
                let violation = violations.as_ref()?.iter().find(|v| v.field == field)?;
                Some(ProblemPart::from(violation))
            })
        });
        Err(Problem::invalid_registration(errors.collect()))
    }
}

/// What is wrong with a field before its text is looked at.
fn fault(field: Field, given: &FieldValue) -> Option<ProblemPart> {
    let (code, message) = match given {
        FieldValue::Missing | FieldValue::Text(_) => return None,
        FieldValue::NotText => ("not_a_string", format!("Send {} as a JSON string.", field.name())),
        FieldValue::Repeated => {
            ("repeated", Language::English.texts().fault(field, "repeated").unwrap_or_default())
        }
    };
    Some(ProblemPart { pointer: Some(field.pointer()), code, message, violation: None })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields(first_name: FieldValue, last_name: FieldValue, email: FieldValue) -> Fields {
        Fields { first_name, last_name, email, ..Fields::default() }
    }

    fn text(value: &str) -> FieldValue {
        FieldValue::Text(value.to_owned())
    }

    #[test]
    fn good_fields_are_a_student() {
        let student =
            fields(text("Ada"), text("Lovelace"), text("ada@example.com")).into_student().unwrap();
        assert_eq!(student.first_name().as_str(), "Ada");
    }

    #[test]
    fn faults_of_form_and_of_content_come_together_in_order() {
        let problem =
            fields(FieldValue::Repeated, FieldValue::Missing, FieldValue::NotText).into_student();
        let found: Vec<_> =
            problem.unwrap_err().errors().iter().map(|e| (e.pointer.unwrap(), e.code)).collect();
        assert_eq!(
            found,
            [("/first_name", "repeated"), ("/last_name", "required"), ("/email", "not_a_string")]
        );
    }

    #[test]
    fn what_was_entered_is_kept_as_it_came_when_it_is_one_text() {
        let fields = fields(text(" Ada "), FieldValue::Repeated, FieldValue::Missing);
        assert_eq!(Field::ALL.map(|field| fields.entered(field)), [" Ada ", "", ""]);
    }

    #[test]
    fn a_second_value_makes_a_field_ambiguous() {
        let mut given = FieldValue::Missing;
        given.add(text("Ada"));
        assert_eq!(given, text("Ada"));
        given.add(text("Ada"));
        assert_eq!(given, FieldValue::Repeated);
    }
}
