use registrar_domain::{Field, IdempotencyKey, Violation};
use registrar_texts::Texts;
use serde::Serialize;

use crate::problem::{Problem, ProblemPart};

/// What `form.html` is given.
#[derive(Serialize)]
pub struct FormPage {
    pub values: Values,
    /// What is wrong with it, in the order of the form.
    pub errors: Vec<FieldError>,
    /// Why it was not taken, when nothing is wrong with it.
    pub notice: Option<&'static str>,
    /// The idempotency key that it is sent with.
    pub key: String,
}

/// What was entered: without `Debug`, since it is personal data.
#[derive(Default, Serialize)]
pub struct Values {
    pub first_name: String,
    pub last_name: String,
    pub email: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FieldError {
    pub field: &'static str,
    pub message: String,
}

impl FormPage {
    pub fn after(
        problem: &Problem,
        values: Values,
        key: &IdempotencyKey,
        texts: &'static Texts,
    ) -> Self {
        let errors: Vec<_> =
            problem.errors().iter().filter_map(|part| FieldError::from_part(part, texts)).collect();
        let notice = errors.is_empty().then(|| texts.problem(problem.kind().slug()));
        Self { values, errors, notice, key: key.as_str().to_owned() }
    }
}

impl FieldError {
    fn from_part(part: &ProblemPart, texts: &Texts) -> Option<Self> {
        let field = Field::ALL.into_iter().find(|field| Some(field.pointer()) == part.pointer)?;
        let message = match part.violation {
            Some(code) => texts.violation(&Violation { field, code }),
            None => texts.fault(field, part.code).unwrap_or_else(|| part.message.clone()),
        };
        Some(Self { field: field.name(), message })
    }
}
