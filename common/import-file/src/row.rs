use std::borrow::Cow;

use registrar_domain::{Field, RowError};

/// A row of a file, as it was given.
pub struct Row<'a> {
    /// The number that a spreadsheet shows, from 1 and with the header; of JSON the line, or the
    /// place in the array.
    pub number: u64,
    /// What is in the three columns, as far as it can be read.
    pub first_name: Cow<'a, str>,
    /// See `first_name`.
    pub last_name: Cow<'a, str>,
    /// See `first_name`.
    pub email: Cow<'a, str>,
    /// Why the row cannot be imported, whatever its values are.
    pub problem: Option<RowProblem>,
}

/// What `OneRoster` and Canvas say of people who left.
const DELETED: [&[u8]; 2] = [b"tobedeleted", b"deleted"];

/// Whether the status of a row says so.
pub(crate) fn is_marked_deleted(status: &[u8]) -> bool {
    DELETED.iter().any(|deleted| status.trim_ascii().eq_ignore_ascii_case(deleted))
}

/// What every person in a list of `OneRoster` has, whatever the role.
pub(crate) const ONE_ROSTER_ID: &str = "sourcedid";

/// Whether the role of a person in a list of `OneRoster` is another one, such as `teacher` or `parent`.
pub(crate) fn is_no_student(role: &[u8]) -> bool {
    let role = role.trim_ascii();
    !role.is_empty() && !role.eq_ignore_ascii_case(b"student")
}

/// What stands around a whole name and is no quotation mark to a reader of CSV: that of a word
/// processor, of a program that quotes in its own way, or one that was quoted once more.
const MARKS: [(char, char); 8] = [
    ('“', '”'),
    ('„', '“'),
    ('«', '»'),
    ('‘', '’'),
    ('‚', '‘'),
    ('\'', '\''),
    ('"', '"'),
    ('`', '`'),
];

/// A name without the marks around it.
pub(crate) fn bare_name(name: Cow<'_, str>) -> Cow<'_, str> {
    match name {
        Cow::Borrowed(name) => Cow::Borrowed(without_marks(name)),
        Cow::Owned(name) => Cow::Owned(without_marks(&name).to_owned()),
    }
}

fn without_marks(name: &str) -> &str {
    if name.bytes().next().is_none_or(|first| first.is_ascii_alphanumeric()) {
        return name;
    }
    let whole = name.trim();
    let bare =
        MARKS.iter().find_map(|(open, close)| whole.strip_prefix(*open)?.strip_suffix(*close));
    bare.filter(|bare| bare.contains(char::is_alphanumeric)).unwrap_or(name)
}

impl Row<'_> {
    pub(crate) fn without_values(number: u64, problem: RowProblem) -> Row<'static> {
        let [first_name, last_name, email] = Default::default();
        Row { number, first_name, last_name, email, problem: Some(problem) }
    }

    /// What is in the three columns, in the order of the form.
    pub fn into_values(self) -> [String; Field::ALL.len()] {
        [self.first_name, self.last_name, self.email].map(Cow::into_owned)
    }
}

/// What is wrong with a row beside its values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RowProblem {
    /// It ends before one of the three columns.
    TooFewCells,
    /// It has values after the last column.
    TooManyCells,
    /// It is longer than a row may be.
    TooLong,
    /// A quotation mark opens a value and none closes it.
    UnclosedQuote,
    /// There is something between a closing quotation mark and the next delimiter.
    TextAfterQuote,
    /// Bytes that are no text in the file's encoding, or a name that was damaged before.
    NotText,
    /// Its status says that the student is to be deleted.
    MarkedDeleted,
    /// Its role says that it is a teacher, a parent or another person.
    NoStudent,
    /// A line that is not JSON.
    NotJson,
    /// A JSON value that is no object.
    NotAnObject,
    /// A JSON value that is neither text nor null.
    NotAString(Field),
    /// Two members for one column.
    Doubled(Field),
}

impl RowProblem {
    /// The stable code that programs compare.
    pub(crate) fn code(self) -> &'static str {
        match self {
            Self::TooFewCells => "too_few_cells",
            Self::TooManyCells => "too_many_cells",
            Self::TooLong => "row_too_long",
            Self::UnclosedQuote => "unclosed_quote",
            Self::TextAfterQuote => "text_after_quote",
            Self::NotText => "not_text",
            Self::MarkedDeleted => "marked_deleted",
            Self::NoStudent => "no_student",
            Self::NotJson => "not_json",
            Self::NotAnObject => "not_an_object",
            Self::NotAString(_) => "not_a_string",
            Self::Doubled(_) => "doubled",
        }
    }

    fn column(self) -> Option<Field> {
        match self {
            Self::NotAString(field) | Self::Doubled(field) => Some(field),
            _ => None,
        }
    }

    fn advice(self) -> &'static str {
        match self {
            Self::TooFewCells => "The row ends too early. Fill in all three columns.",
            Self::TooManyCells => {
                "The row has more cells than the header. Put a value that contains the delimiter in \
                 quotation marks."
            }
            Self::TooLong => "The row is too long. Remove columns that are not needed.",
            Self::UnclosedQuote => {
                "A quotation mark is opened here and never closed. Close it, or write it twice inside \
                 a value."
            }
            Self::TextAfterQuote => {
                "There is text after a closing quotation mark. Write a quotation mark inside a value \
                 twice."
            }
            Self::NotText => {
                "The row has characters that are not in the encoding of the file, or names that were \
                 damaged before, such as J?rgen or O\\'Neill. Correct them, or save the file as \
                 \"CSV UTF-8\" or name its encoding."
            }
            Self::MarkedDeleted => {
                "The status of the row says that the student is to be deleted. Nothing was done."
            }
            Self::NoStudent => {
                "The role of the row says that this is no student. Nothing was done; to register it \
                 nevertheless, remove the column role and the row's _code, where the file has them."
            }
            Self::NotJson => "The line is not JSON. Send one object a line.",
            Self::NotAnObject => "Send an object with first_name, last_name and email.",
            Self::NotAString(_) => "Send text in quotation marks.",
            Self::Doubled(_) => "Send one value.",
        }
    }
}

impl From<RowProblem> for RowError {
    fn from(problem: RowProblem) -> Self {
        Self::new(problem.column(), problem.code(), problem.advice())
    }
}
