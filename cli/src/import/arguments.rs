use std::path::Path;

use clap::Args;
use encoding_rs::Encoding;
use registrar_domain::Field;
use registrar_import_file::{ColumnNames, Options, parse_delimiter, parse_encoding};

use super::api_arguments::ApiArguments;

/// An import that is there already.
#[derive(Debug, Args)]
pub(super) struct ReferenceArguments {
    /// The reference that the upload was answered with.
    pub(super) reference: String,

    #[command(flatten)]
    pub(super) api: ApiArguments,

    /// Print the API's answer as it is.
    #[arg(long)]
    pub(super) json: bool,
}

/// What has to be said of a file, when it cannot be found out.
#[derive(Debug, Args)]
pub(super) struct FileArguments {
    /// What the file calls a column, such as email=Kontakt. May be given for each of `first_name`,
    /// `last_name` and `email`.
    #[arg(long = "column", value_name = "COLUMN=NAME", value_parser = column)]
    pub(super) columns: Vec<(Field, String)>,

    /// The file's encoding, when it is not UTF-8 and cannot be recognized, such as windows-1251.
    #[arg(long, value_name = "NAME", value_parser = encoding)]
    pub(super) encoding: Option<&'static Encoding>,

    /// What is between values: one character, or tab.
    #[arg(long, value_name = "CHARACTER", value_parser = delimiter)]
    pub(super) delimiter: Option<u8>,

    /// The sheet of a workbook; otherwise the first that is not hidden.
    #[arg(long, value_name = "NAME")]
    pub(super) sheet: Option<String>,
}

impl FileArguments {
    pub(super) fn options(&self) -> Options {
        let mut column_names = ColumnNames::default();
        for (field, name) in &self.columns {
            column_names.set(*field, name);
        }
        let (encoding, delimiter) = (self.encoding, self.delimiter);
        Options { encoding, delimiter, column_names, max_bytes: u64::MAX }
    }

    /// The same as flags of a command.
    pub(super) fn to_flags(&self) -> String {
        let encoding = self.encoding.map(|encoding| flag("encoding", &shell_word(encoding.name())));
        let delimiter = self
            .delimiter
            .map(|delimiter| flag("delimiter", &shell_word(&delimiter_name(delimiter))));
        let sheet = self.sheet.as_ref().map(|sheet| flag("sheet", &shell_word(sheet)));
        let flags = [Some(self.to_flags_of_error_file()), encoding, delimiter, sheet];
        flags.into_iter().flatten().collect()
    }

    /// What holds for its error file too, which has a mark, a delimiter that is found, and no sheets.
    pub(super) fn to_flags_of_error_file(&self) -> String {
        let column = |(field, name): &(Field, String)| {
            flag("column", &shell_word(&format!("{}={name}", field.name())))
        };
        self.columns.iter().map(column).collect()
    }
}

/// A flag of a command with its value, behind what comes before it.
pub(super) fn flag(name: &str, word: &str) -> String {
    format!(" --{name} {word}")
}

/// As it is written in a command and in an address.
pub(super) fn delimiter_name(delimiter: u8) -> String {
    if delimiter == b'\t' { "tab".to_owned() } else { char::from(delimiter).to_string() }
}

/// A word as a shell takes it for one.
pub(super) fn shell_word(word: &str) -> String {
    let is_plain = |c: char| c.is_alphanumeric() || "._-/=+@%,:".contains(c);
    if !word.is_empty() && word.chars().all(is_plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', "'\\''"))
}

/// The name of a file as a word of a command, which never takes it for a flag.
pub(super) fn file_word(path: &Path) -> String {
    let name = path.to_string_lossy();
    let is_flag = name.starts_with('-') && name != "-";
    shell_word(&if is_flag { format!("./{name}") } else { name.into_owned() })
}

fn column(text: &str) -> Result<(Field, String), String> {
    let (column, name) = text.split_once('=').unwrap_or((text, ""));
    let field = Field::ALL.into_iter().find(|field| field.name() == column);
    match field {
        Some(field) if !name.trim().is_empty() => Ok((field, name.to_owned())),
        _ => {
            let rule = "it must be first_name, last_name or email, then = and its name in the file, such as \
                        email=Kontakt";
            Err(rule.to_owned())
        }
    }
}

fn encoding(name: &str) -> Result<&'static Encoding, String> {
    let rule = "it must be the name of an encoding, such as utf-8, windows-1252 or utf-16le";
    parse_encoding(name).ok_or_else(|| rule.to_owned())
}

fn delimiter(text: &str) -> Result<u8, String> {
    let rule = "it must be one character such as , ; or |, or the word tab";
    parse_delimiter(text).ok_or_else(|| rule.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_said_of_a_file_comes_back_as_flags_of_a_command() {
        let file = FileArguments {
            columns: vec![column("email=Kontakt (neu)").unwrap(), column("last_name=O'").unwrap()],
            encoding: Some(encoding("latin1").unwrap()),
            delimiter: Some(delimiter(";").unwrap()),
            sheet: Some("Liste 1".to_owned()),
        };
        let flags = " --column 'email=Kontakt (neu)' --column 'last_name=O'\\''' \
                     --encoding windows-1252 --delimiter ';' --sheet 'Liste 1'";
        assert_eq!(file.to_flags(), flags);
        let of_error_file = " --column 'email=Kontakt (neu)' --column 'last_name=O'\\'''";
        assert_eq!(file.to_flags_of_error_file(), of_error_file);
    }

    #[test]
    fn a_file_is_never_taken_for_a_flag() {
        for (name, word) in [("-list.csv", "./-list.csv"), ("a b", "'a b'"), ("-", "-")] {
            assert_eq!(file_word(Path::new(name)), word);
        }
    }

    #[test]
    fn what_is_not_known_is_refused_with_what_it_may_be() {
        for wrong in ["email", "email=", "mail=Kontakt", "=x", ""] {
            assert!(column(wrong).unwrap_err().ends_with("such as email=Kontakt"), "{wrong}");
        }
        assert!(encoding("klingon").is_err());
        assert!(delimiter(";;").is_err());
        assert_eq!(delimiter("tab"), Ok(b'\t'));
    }
}
