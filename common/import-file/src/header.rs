//! Which column of a file is which.

use registrar_domain::Field;
use unicode_normalization::UnicodeNormalization as _;

use crate::COLUMNS_MAX;
use crate::error::FileError;
use crate::error_file::{ADDED_COLUMNS, CODE_COLUMN, ROW_COLUMN};
use crate::row::ONE_ROSTER_ID;

/// A name is looked at up to here: a column has none that is longer.
pub(crate) const NAME_MAX_BYTES: usize = 256;

/// Names that the caller gave to columns, beside the usual ones.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ColumnNames([Option<String>; Field::ALL.len()]);

impl ColumnNames {
    /// Says what the file calls a column.
    pub fn set(&mut self, field: Field, name: &str) {
        self.0[field as usize] = Some(name.to_owned());
    }

    fn get(&self, field: Field) -> Option<&str> {
        self.0[field as usize].as_deref()
    }
}

/// Where the columns are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Header {
    /// In the order of [`Field::ALL`].
    pub(crate) columns: [usize; Field::ALL.len()],
    pub(crate) status: Option<usize>,
    /// In a list of `OneRoster`, which has everyone of a school.
    pub(crate) role: Option<usize>,
    /// The file is an error file of ours that was corrected.
    pub(crate) is_error_file: bool,
    /// Where an error file has the codes of its rows.
    pub(crate) codes: Option<usize>,
    /// Every cell as it can be shown, without the blank ones at the end.
    pub(crate) names: Vec<String>,
    /// The same cells as the file has them.
    pub(crate) cells: Vec<String>,
}

impl Header {
    /// The columns of a row that may be the header.
    pub(crate) fn find(cells: &[&str], column_names: &ColumnNames) -> Result<Self, FileError> {
        let mut names: Vec<String> = cells.iter().map(|cell| shown(cell)).collect();
        while names.last().is_some_and(String::is_empty) {
            names.pop();
        }
        let is_added = |cell: &&&str| ADDED_COLUMNS.contains(&cell.trim());
        let has_row = cells.iter().any(|cell| cell.trim() == ROW_COLUMN);
        let added = cells.iter().filter(is_added).count();
        // Other programs call a column of theirs so, too.
        let is_error_file = has_row && added > 1;
        let added = if is_error_file { added } else { 0 };
        if cells.len() - added > COLUMNS_MAX {
            return Err(FileError::TooManyColumns);
        }
        let normal: Vec<String> = cells.iter().map(|cell| normalize(cell)).collect();
        let mut missing = Vec::new();
        let mut doubled = None;
        let columns = Field::ALL.map(|field| {
            let found = columns_of(field, &normal, column_names);
            if found.len() > 1 {
                let found = found.iter().map(|at| shown(cells[*at])).collect();
                doubled.get_or_insert(FileError::ColumnDoubled { column: field, found });
            }
            let first = found.first().copied();
            if first.is_none() {
                missing.push(field);
            }
            first.unwrap_or_default()
        });
        if !missing.is_empty() {
            return Err(FileError::ColumnsMissing { missing, found: names, row: None });
        }
        let is_code = |cell: &&str| is_error_file && cell.trim() == CODE_COLUMN;
        let codes = cells.iter().position(is_code);
        let cells = cells.iter().take(names.len()).map(|cell| (*cell).to_owned()).collect();
        let position = |name: &str| normal.iter().position(|cell| cell == name);
        let status = position("status");
        let role = position(ONE_ROSTER_ID).and_then(|_| position("role"));
        doubled.map_or(Ok(Self { columns, status, role, is_error_file, codes, names, cells }), Err)
    }

    /// The cells that are read, by name.
    pub(crate) fn is_used(&self, position: usize) -> bool {
        self.columns.contains(&position)
    }
}

/// Which field a name is of, by itself.
pub(crate) fn field_named(name: &str, column_names: &ColumnNames) -> Option<Field> {
    let name = [normalize(name)];
    Field::ALL.into_iter().find(|field| !columns_of(*field, &name, column_names).is_empty())
}

fn columns_of(field: Field, cells: &[String], column_names: &ColumnNames) -> Vec<usize> {
    let named = column_names.get(field).map(normalize);
    let others = Field::ALL.into_iter().filter(|other| match named {
        Some(_) => (*other as usize) < field as usize,
        None => *other != field,
    });
    // One column is read for one field: what is named for another is not this one.
    let taken: Vec<_> = others.filter_map(|other| column_names.get(other).map(normalize)).collect();
    let at = |is_meant: &dyn Fn(&str) -> bool| -> Vec<usize> {
        let meant = cells.iter().enumerate();
        let meant = meant.filter(|(_, cell)| is_meant(cell) && !taken.contains(cell));
        meant.map(|(position, _)| position).collect()
    };
    if let Some(name) = named {
        return at(&|cell| !cell.is_empty() && cell == name);
    }
    let is_alias = |name: &str| aliases(field).any(|alias| alias == name);
    let is_in_brackets = |cell: &str| {
        in_brackets(cell).is_some_and(|(before, inside)| {
            is_alias(inside) && (is_alias(before) || OF_THE_STUDENT.contains(&before))
        })
    };
    let mut found = at(&|cell| is_alias(cell) || is_in_brackets(cell));
    let stays = |position: &usize| !gives_way(&cells[*position]);
    if found.iter().any(stays) {
        found.retain(stays);
    }
    if !found.is_empty() && field == Field::LastName {
        found.extend(at(&|cell| LAST_NAME_PARTS.contains(&cell)));
        found.sort_unstable();
    }
    let has = |name: &str| cells.iter().any(|cell| cell == name);
    let paired = PAIRS.iter().find(|(paired, beside, _)| *paired == field && has(beside));
    match paired {
        Some((.., name)) if found.is_empty() => at(&|cell| cell == *name),
        _ => found,
    }
}

/// What Microsoft 365 has in the place of an address, or beside it; and the name that a student is called
/// by, which lists have in the place of all first names, or beside them.
const GIVES_WAY: &str = include_str!("aliases/gives_way.txt");

/// Whether a name is that of a column which gives way to another one of the same field.
pub(crate) fn gives_way(name: &str) -> bool {
    let name = normalize(name);
    GIVES_WAY.lines().any(|other| other == name)
}

/// A name that is one column beside another, and means a whole name elsewhere.
const PAIRS: [(Field, &str, &str); 4] = [
    (Field::LastName, "vorname", "name"),
    (Field::LastName, "voornaam", "naam"),
    (Field::FirstName, "surname", "name"),
    // WebUntis, whose `name` is a short one.
    (Field::LastName, "forename", "longname"),
];
/// What columns are called that have one part of the last name, beside one that has another.
const LAST_NAME_PARTS: [&str; 14] = [
    "tussenvoegsel",
    "tussenvoegsels",
    "voorvoegsel",
    "voorvoegsels",
    "segundoapellido",
    "apellido2",
    "namensbestandteil",
    "namensbestandteil(vorangestellt)",
    "namenszusatz",
    "namensvorsatz",
    "vorsatzwort",
    "infix",
    "lastnameprefix",
    "surnameprefix",
];
/// What stands before brackets where the column is the student's own.
const OF_THE_STUDENT: [&str; 4] = ["", "user", "username", "student"];
/// What columns of whole names are called.
const WHOLE_NAMES: [&str; 18] = [
    "name",
    "names",
    "fullname",
    "displayname",
    "student",
    "studentname",
    "nomcomplet",
    "nombrecompleto",
    "nomecompleto",
    "imięinazwisko",
    "imeiprezime",
    "prénometnom",
    "last,first",
    "name(originalname)",
    "adsoyad",
    "naam",
    "фио",
    "姓名",
];

/// Whether a column of this name has whole names.
pub(crate) fn is_of_whole_names(name: &str) -> bool {
    WHOLE_NAMES.contains(&&*normalize(name))
}

/// What two people can write differently and mean the same name by.
fn normalize(name: &str) -> String {
    let name: String =
        name.nfkc().flat_map(char::to_lowercase).filter(|c| !is_passed_over(*c)).collect();
    // Templates of Google and Moodle mark columns so.
    let marks = ["[required]", "(required)", "(s)"];
    let bare = marks.iter().find_map(|mark| name.strip_suffix(mark));
    bare.map(str::to_owned).unwrap_or(name)
}

/// What a template calls a column for programs, behind what it is called for people:
/// `First name [givenName] Required`, `user[first_name]`.
fn in_brackets(name: &str) -> Option<(&str, &str)> {
    let (before, behind) = name.split_once('[')?;
    let (inside, after) = behind.split_once(']')?;
    matches!(after, "" | "required").then_some((before, inside))
}

fn is_passed_over(character: char) -> bool {
    character.is_whitespace()
        || character.is_control()
        // What is left of a Turkish İ in lower case.
        || character == '\u{307}'
        || matches!(character, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}')
        || matches!(character, '_' | '-' | '‐' | '‑' | '–' | '.' | ':' | '*' | '\'' | '"' | '`')
        || matches!(character, '‘'..='‚' | '“'..='„' | '«' | '»')
}

/// A name as it can be shown in a sentence.
pub(crate) fn shown(name: &str) -> String {
    const SHOWN: usize = 60;
    let visible = name.chars().filter(|character| *character != '\u{feff}');
    let visible: String = visible.map(|c| if c.is_control() { ' ' } else { c }).collect();
    let trimmed = visible.trim();
    match trimmed.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}…", &trimmed[..end]),
        None => trimmed.to_owned(),
    }
}

/// The names that school systems and directories give a column (`OneRoster`, Canvas, Moodle, Google,
/// Microsoft 365, `PowerSchool`), and what people call it in their language. Whole names only, as
/// [`normalize`] leaves them, and none that can be of another person, such as a parent's address.
fn aliases(field: Field) -> impl Iterator<Item = &'static str> {
    let names = match field {
        Field::FirstName => include_str!("aliases/first_name.txt"),
        Field::LastName => include_str!("aliases/last_name.txt"),
        Field::Email => include_str!("aliases/email.txt"),
    };
    names.lines()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_alias_can_be_met_and_means_one_column() {
        let all: Vec<_> = Field::ALL.into_iter().flat_map(aliases).collect();
        for (position, alias) in all.iter().enumerate() {
            assert_eq!(normalize(alias), *alias);
            assert!(!all[..position].contains(alias), "{alias} is there twice");
        }
        for name in GIVES_WAY.lines() {
            assert!(all.contains(&name), "{name} is no alias");
        }
    }

    #[test]
    fn every_name_that_the_page_for_importers_lists_means_its_column() {
        let page = include_str!("../../../docs/importing.md");
        let (_, table) = page.split_once("| Is also found as |").unwrap();
        for field in Field::ALL {
            let row = format!("| `{}` | ", field.name());
            let names = table.lines().find_map(|line| line.strip_prefix(&row)).unwrap();
            let names = names.strip_suffix(" and others |").unwrap();
            for name in names.split([',', ';']) {
                assert_eq!(field_named(name, &ColumnNames::default()), Some(field), "{name}");
            }
        }
    }
}
