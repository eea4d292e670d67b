use encoding_rs::Encoding;
use registrar_domain::Field;
use registrar_import_file::{ColumnNames, parse_delimiter, parse_encoding};

use crate::problem::{Problem, ProblemKind};

/// What the address of an import says of its file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Parameters {
    pub dry_run: bool,
    pub encoding: Option<&'static Encoding>,
    pub delimiter: Option<u8>,
    pub column_names: ColumnNames,
    pub file_name: Option<String>,
}

/// The most characters of a file's name that are kept.
const FILE_NAME_CHARACTERS: usize = 255;

impl Parameters {
    /// Reads a query. What is not known is refused: a typing error would change what is imported.
    pub fn parse(query: &str) -> Result<Self, Problem> {
        let mut parameters = Self::default();
        for (name, value) in url::form_urlencoded::parse(query.as_bytes()) {
            parameters.set(&name, &value)?;
        }
        Ok(parameters)
    }

    /// Reads one parameter, which may be a field of a form.
    pub fn set(&mut self, name: &str, value: &str) -> Result<(), Problem> {
        match name {
            "dry_run" => self.dry_run = boolean(value)?,
            "encoding" | "delimiter" if value.is_empty() => {}
            "encoding" => self.encoding = Some(encoding(value)?),
            "delimiter" => self.delimiter = Some(delimiter(value)?),
            "file_name" => self.name_file(value),
            _ => {
                let column = name.strip_prefix("column.");
                let field = Field::ALL.into_iter().find(|field| column == Some(field.name()));
                let field = field.ok_or_else(|| unknown(name))?;
                if !value.is_empty() {
                    self.column_names.set(field, value);
                }
            }
        }
        Ok(())
    }

    /// Without the folders that some browsers send, and what cannot be seen.
    pub fn name_file(&mut self, name: &str) {
        let name = name.rsplit(['/', '\\']).next().unwrap_or_default();
        let visible = name.chars().filter(|character| !character.is_control());
        let name: String = visible.take(FILE_NAME_CHARACTERS).collect();
        self.file_name = Some(name).filter(|name| !name.is_empty());
    }
}

fn boolean(value: &str) -> Result<bool, Problem> {
    match value {
        "true" | "1" | "" => Ok(true),
        "false" | "0" => Ok(false),
        _ => Err(wrong("dry_run is true or false.")),
    }
}

fn encoding(value: &str) -> Result<&'static Encoding, Problem> {
    parse_encoding(value).ok_or_else(|| {
        wrong("The encoding is not known. Send a name such as utf-8, windows-1252 or utf-16le.")
    })
}

fn delimiter(value: &str) -> Result<u8, Problem> {
    parse_delimiter(value)
        .ok_or_else(|| wrong("The delimiter is one character such as , ; or |, or the word tab."))
}

fn unknown(name: &str) -> Problem {
    let shown: String = name.chars().filter(char::is_ascii_graphic).take(60).collect();
    wrong(&format!(
        "There is no parameter \"{shown}\". Known are dry_run, encoding, delimiter, file_name, \
         column.first_name, column.last_name and column.email."
    ))
}

fn wrong(sentence: &str) -> Problem {
    Problem::new(ProblemKind::MalformedParameter, sentence)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_that_can_be_said_of_a_file_is_read() {
        let query = "dry_run=true&encoding=Latin1&delimiter=tab&column.email=Kontakt+%28neu%29\
                     &file_name=C%3A%5Clists%5C2026.csv";
        let parameters = Parameters::parse(query).unwrap();
        let mut column_names = ColumnNames::default();
        column_names.set(Field::Email, "Kontakt (neu)");
        let encoding = Some(encoding_rs::WINDOWS_1252);
        let expected = Parameters {
            dry_run: true,
            encoding,
            delimiter: Some(b'\t'),
            column_names,
            file_name: Some("2026.csv".to_owned()),
        };
        assert_eq!(parameters, expected);
        assert_eq!(Parameters::parse("").unwrap(), Parameters::default());
    }

    #[test]
    fn what_is_not_known_is_refused_rather_than_passed_over() {
        for (query, named) in [
            ("dryrun=true", "dryrun"),
            ("column.mail=x", "column.mail"),
            ("dry_run=maybe", "true or false"),
            ("encoding=klingon", "windows-1252"),
            ("delimiter=%3B%3B", "one character"),
            ("delimiter=a", "one character"),
        ] {
            let problem = Parameters::parse(query).unwrap_err();
            assert_eq!(problem.kind(), ProblemKind::MalformedParameter);
            assert!(format!("{problem:?}").contains(named), "{problem:?}");
        }
    }
}
