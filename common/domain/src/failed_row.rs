use std::borrow::Cow;
use std::fmt;

use serde::{Deserialize, Serialize};

use super::{Field, RowRejection};

/// A row of a file that did not make it. In JSON it is as messages and the table have it.
#[derive(Clone, PartialEq, Eq, Deserialize, Serialize)]
pub struct FailedRow {
    /// Its number, as a spreadsheet shows it.
    pub row: u32,
    /// What is in the three columns, in the order of the form.
    pub values: [String; Field::ALL.len()],
    /// Everything that is wrong with it; never empty.
    pub errors: Vec<RowError>,
}

/// Without its values, which are personal data.
impl fmt::Debug for FailedRow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { row, errors, .. } = self;
        f.debug_struct("FailedRow")
            .field("row", row)
            .field("errors", errors)
            .finish_non_exhaustive()
    }
}

/// One thing that is wrong with a row.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
pub struct RowError {
    /// The name of the column, when it is about one.
    pub column: Option<Cow<'static, str>>,
    /// Stable, for programs.
    pub code: Cow<'static, str>,
    /// What to do about it.
    pub advice: Cow<'static, str>,
}

impl RowError {
    /// An error that this version knows.
    pub fn new(
        column: Option<Field>,
        code: &'static str,
        advice: impl Into<Cow<'static, str>>,
    ) -> Self {
        let column = column.map(|column| column.name().into());
        Self { column, code: code.into(), advice: advice.into() }
    }
}

impl From<RowRejection> for RowError {
    fn from(why: RowRejection) -> Self {
        Self::new(why.column(), why.code(), why.advice())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_debug_form_has_no_personal_data() {
        let values = ["Ada", "King", "ada@example.com"].map(str::to_owned);
        let errors = vec![RowError::new(Some(Field::Email), "invalid_email", "Correct it.")];
        let debug = format!("{:?}", FailedRow { row: 2, values, errors });
        assert!(debug.contains("row: 2") && debug.contains("invalid_email"), "{debug}");
        assert!(!["Ada", "King", "ada@"].iter().any(|value| debug.contains(value)), "{debug}");
    }
}
