use std::borrow::Cow;
use std::collections::HashMap;
use std::fmt;

use registrar_domain::Field;
use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

use crate::error::FileError;
use crate::header::{ColumnNames, NAME_MAX_BYTES, field_named, gives_way, shown};
use crate::import_file::UsedColumn;
use crate::nothing::is_nothing;
use crate::row::{ONE_ROSTER_ID, Row, RowProblem, bare_name, is_marked_deleted, is_no_student};
use crate::text::are_undamaged;
use crate::{COLUMNS_MAX, ROW_MAX_BYTES};

/// Which members of objects are read.
pub(super) struct Members {
    names: ColumnNames,
    /// What was looked up already, since every object has the same.
    known: HashMap<String, Option<Field>>,
    columns: Vec<UsedColumn>,
    ignored: Vec<String>,
}

impl Members {
    pub(super) fn new(names: ColumnNames) -> Self {
        Self { names, known: HashMap::new(), columns: Vec::new(), ignored: Vec::new() }
    }

    /// Learns the members from the first objects, of which one has to have all three.
    pub(super) fn learn<'a>(
        objects: impl Iterator<Item = &'a str>,
        names: &ColumnNames,
    ) -> Result<Self, FileError> {
        let mut members = Self::new(names.clone());
        let (mut has_list, mut is_nested) = (false, true);
        for object in objects.filter(|object| object.len() <= ROW_MAX_BYTES) {
            let Ok(Object(object)) = serde_json::from_str::<Object<'_>>(object) else { continue };
            for (name, value) in object {
                members.field(&name);
                has_list |= value.get().starts_with('[');
                is_nested &= value.get().starts_with('{');
            }
        }
        let is_missing = |field: &Field| !members.columns.iter().any(|used| used.field == *field);
        let missing: Vec<_> = Field::ALL.into_iter().filter(is_missing).collect();
        if missing.is_empty() {
            return Ok(members);
        }
        if members.columns.is_empty() && (has_list || is_nested || members.ignored.is_empty()) {
            return Err(FileError::JsonNotByLine);
        }
        let found = members.columns.iter().map(|used| used.name.clone());
        let found = found.chain(members.ignored).collect();
        Err(FileError::ColumnsMissing { missing, found, row: None })
    }

    pub(super) fn columns(&self) -> &[UsedColumn] {
        &self.columns
    }

    pub(super) fn ignored(&self) -> Vec<String> {
        self.ignored.clone()
    }

    fn field(&mut self, name: &str) -> Option<Field> {
        let name = &name[..name.floor_char_boundary(NAME_MAX_BYTES)];
        if let Some(field) = self.known.get(name) {
            return *field;
        }
        let field = field_named(name, &self.names);
        if self.known.len() < COLUMNS_MAX {
            self.known.insert(name.to_owned(), field);
            match field {
                Some(field) => self.columns.push(UsedColumn { field, name: shown(name) }),
                None => self.ignored.push(shown(name)),
            }
        }
        field
    }

    /// The row of an object.
    pub(super) fn row<'a>(&mut self, number: u64, json: &'a str) -> Row<'a> {
        let object = match serde_json::from_str::<Object<'a>>(json) {
            Ok(Object(object)) => object,
            Err(error) if error.is_data() => {
                return Row::without_values(number, RowProblem::NotAnObject);
            }
            Err(_) => return Row::without_values(number, RowProblem::NotJson),
        };
        let mut values: [Option<(Cow<'a, str>, Cow<'a, str>)>; Field::ALL.len()] =
            Default::default();
        let mut problem = None;
        let is_of_one_roster =
            object.iter().any(|(name, _)| name.eq_ignore_ascii_case(ONE_ROSTER_ID));
        for (name, value) in object {
            let Some(field) = self.field(&name) else {
                if name.eq_ignore_ascii_case("status") && is_text_that(value, is_marked_deleted) {
                    problem.get_or_insert(RowProblem::MarkedDeleted);
                }
                if is_of_one_roster
                    && name.eq_ignore_ascii_case("role")
                    && is_text_that(value, is_no_student)
                {
                    problem.get_or_insert(RowProblem::NoStudent);
                }
                continue;
            };
            let slot = &mut values[field as usize];
            match slot {
                Some(_) if gives_way(&name) => continue,
                Some((before, _)) if !gives_way(before) => {
                    problem.get_or_insert(RowProblem::Doubled(field));
                    continue;
                }
                _ => {}
            }
            let value = if let Ok(text) = serde_json::from_str::<Option<Text<'a>>>(value.get()) {
                let text = text.map(|Text(text)| text).unwrap_or_default();
                if is_nothing(text.trim().as_bytes()) { Cow::default() } else { text }
            } else {
                problem.get_or_insert(RowProblem::NotAString(field));
                Cow::Borrowed(value.get())
            };
            *slot = Some((name, value));
        }
        let [first_name, last_name, email] = values.map(|value| value.unwrap_or_default().1);
        if !are_undamaged([&first_name, &last_name, &email]) {
            problem.get_or_insert(RowProblem::NotText);
        }
        let (first_name, last_name) = (bare_name(first_name), bare_name(last_name));
        Row { number, first_name, last_name, email, problem }
    }
}

fn is_text_that(value: &RawValue, is_it: fn(&[u8]) -> bool) -> bool {
    serde_json::from_str::<Text<'_>>(value.get()).is_ok_and(|Text(text)| is_it(text.as_bytes()))
}

#[derive(Deserialize)]
pub(super) struct Text<'a>(#[serde(borrow)] pub(super) Cow<'a, str>);

/// The members of an object in their order, since a map would hide a doubled one.
pub(super) struct Object<'a>(pub(super) Vec<(Cow<'a, str>, &'a RawValue)>);

impl<'de> Deserialize<'de> for Object<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Members;

        impl<'de> Visitor<'de> for Members {
            type Value = Object<'de>;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut members = Vec::new();
                while let Some((Text(name), value)) = map.next_entry()? {
                    members.push((name, value));
                }
                Ok(Object(members))
            }
        }

        deserializer.deserialize_map(Members)
    }
}
