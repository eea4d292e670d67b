use std::borrow::Cow;

use registrar_domain::{FailedRow, RowError};
use serde::Serialize;
use utoipa::ToSchema;

/// An answer shows so many errors; all of them are in the error file.
pub const SHOWN_ERRORS: usize = 100;

/// One thing that is wrong with a row.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = ImportRowProblem)]
pub struct ShownError {
    /// The number of the row, as a spreadsheet shows it.
    #[schema(example = 17)]
    pub row: u32,
    /// The column that it is about, when it is about one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "email")]
    pub column: Option<Cow<'static, str>>,
    /// The rule that is broken, stable for programs.
    #[schema(example = "invalid_email")]
    pub code: Cow<'static, str>,
    /// What to do, as a sentence.
    #[schema(example = "Enter an email address in the correct format, like name@example.com.")]
    pub message: Cow<'static, str>,
}

impl ShownError {
    pub fn new(row: u32, RowError { column, code, advice }: RowError) -> Self {
        Self { row, column, code, message: advice }
    }
}

/// The first errors of a file.
#[derive(Clone, Debug, Default)]
pub struct ShownErrors(Vec<ShownError>);

impl ShownErrors {
    pub fn from_rows(rows: &[FailedRow]) -> Self {
        let errors = rows
            .iter()
            .flat_map(|row| row.errors.iter().map(|error| ShownError::new(row.row, error.clone())));
        Self(errors.take(SHOWN_ERRORS).collect())
    }

    /// The same with those of other rows between them.
    #[must_use]
    pub fn merged_with(mut self, others: Vec<ShownError>) -> Self {
        self.0.extend(others);
        self.0.sort_by_key(|error| error.row);
        self.0.truncate(SHOWN_ERRORS);
        self
    }

    /// Adds those of the rows that follow.
    pub fn append(&mut self, later: Self) {
        let room = SHOWN_ERRORS.saturating_sub(self.0.len());
        self.0.extend(later.0.into_iter().take(room));
    }

    pub fn into_vec(self) -> Vec<ShownError> {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use registrar_domain::{Field, RowRejection};
    use registrar_import_file::RowProblem;
    use serde_json::Value;

    use super::*;

    /// The page finds the number of a row in a sentence by comparing it with these.
    #[test]
    fn the_texts_of_the_page_are_the_sentences_of_rows() {
        let problems = [
            RowProblem::TooFewCells,
            RowProblem::TooManyCells,
            RowProblem::TooLong,
            RowProblem::UnclosedQuote,
            RowProblem::TextAfterQuote,
            RowProblem::NotText,
            RowProblem::MarkedDeleted,
            RowProblem::NoStudent,
            RowProblem::NotJson,
            RowProblem::NotAnObject,
            RowProblem::NotAString(Field::Email),
            RowProblem::Doubled(Field::Email),
        ];
        let rejections = [
            RowRejection::SameAsRow(17),
            RowRejection::EmailOfRow(17),
            RowRejection::EmailAlreadyRegistered,
            RowRejection::ImportCancelled,
            RowRejection::OnHold,
            RowRejection::Unknown,
        ];
        let errors = problems.map(RowError::from).into_iter().chain(rejections.map(RowError::from));
        let sentences: BTreeMap<_, _> =
            errors.map(|error| (error.code, error.advice.into_owned())).collect();
        let texts: Value =
            serde_json::from_str(include_str!("../../../common/texts/en.json")).unwrap();
        let texts = texts["pages"]["import"]["rows"].as_object().unwrap();
        let texts: BTreeMap<_, _> = texts
            .iter()
            .map(|(code, text)| (Cow::from(code), text.as_str().unwrap().replace("{row}", "17")))
            .collect();
        assert_eq!(texts, sentences);
    }

    fn rows(numbers: std::ops::Range<u32>) -> ShownErrors {
        let error = |code| RowError::new(None, code, "Do it.");
        let row = |row| FailedRow {
            row,
            values: Default::default(),
            errors: vec![error("first"), error("second")],
        };
        ShownErrors::from_rows(&numbers.map(row).collect::<Vec<_>>())
    }

    #[test]
    fn the_first_errors_of_a_file_are_shown_and_no_more() {
        let mut errors = rows(2..42);
        errors.append(rows(50..500));
        let errors = errors.into_vec();
        assert_eq!(errors.len(), SHOWN_ERRORS);
        assert_eq!((errors[0].row, errors[1].row, &*errors[1].code), (2, 2, "second"));
        assert_eq!((errors[79].row, errors[80].row, errors[99].row), (41, 50, 59));
    }
}
