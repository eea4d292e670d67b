use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use super::{Field, RowRejection};

/// A row of a file that did not make it. In JSON it is as messages and the table have it.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
pub struct FailedRow {
    /// Its number, as a spreadsheet shows it.
    pub row: u32,
    /// What is in the three columns, in the order of the form.
    pub values: [String; Field::ALL.len()],
    /// Everything that is wrong with it; never empty.
    pub errors: Vec<RowError>,
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
