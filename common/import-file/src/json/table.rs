use std::collections::HashMap;

use registrar_domain::Field;

use super::object::{Members, Object, Text};
use crate::header::{ColumnNames, field_named, gives_way};
use crate::whole_file::WholeRow;
use crate::{COLUMNS_MAX, ROW_MAX_BYTES};

/// Objects as rows of a table: a column for each name that a member has.
pub(crate) struct MemberTable {
    names: ColumnNames,
    members: Members,
    columns: Vec<String>,
    /// Every name of the three columns is the same column.
    fields: [Option<usize>; Field::ALL.len()],
    positions: HashMap<String, usize>,
}

impl MemberTable {
    pub(crate) fn new(names: ColumnNames) -> Self {
        Self {
            members: Members::new(names.clone()),
            names,
            columns: Vec::new(),
            fields: Default::default(),
            positions: HashMap::new(),
        }
    }

    pub(crate) fn columns(&self) -> &[String] {
        &self.columns
    }

    /// Adds the columns of an object, as many as a file may have.
    pub(crate) fn add_columns_of(&mut self, json: &str) {
        let Ok(Object(members)) = serde_json::from_str::<Object<'_>>(json) else { return };
        for (name, _) in members {
            if self.positions.contains_key(&*name) {
                continue;
            }
            // It may stand beside an address.
            let field = field_named(&name, &self.names).filter(|_| !gives_way(&name));
            let known = field.and_then(|field| self.fields[field as usize]);
            let has_room = self.columns.len() < COLUMNS_MAX;
            let position = match known {
                Some(position) => position,
                None if has_room => {
                    self.columns.push(name.clone().into_owned());
                    self.columns.len() - 1
                }
                None => continue,
            };
            if let Some(field) = field {
                self.fields[field as usize] = Some(position);
            }
            self.positions.insert(name.into_owned(), position);
        }
    }

    /// All of an object. What was no text before it was read so has no values.
    pub(crate) fn whole_row(&mut self, number: u64, json: &str, is_text: bool) -> WholeRow {
        let values = if is_text && json.len() <= ROW_MAX_BYTES {
            self.members.row(number, json).into_values()
        } else {
            Default::default()
        };
        WholeRow { values, cells: self.cells_of(json) }
    }

    /// The cells of an object. What is no object, and what has no cell, stands behind the last column,
    /// where a file must have nothing.
    fn cells_of(&self, json: &str) -> Vec<String> {
        let mut cells = vec![String::new(); self.columns.len()];
        let Ok(Object(members)) = serde_json::from_str::<Object<'_>>(json) else {
            cells.push(json.trim().to_owned());
            return cells;
        };
        let mut is_filled = vec![false; self.columns.len()];
        for (name, value) in members {
            let text = serde_json::from_str::<Option<Text<'_>>>(value.get());
            let text = text.map_or_else(
                |_| value.get().to_owned(),
                |text| text.map(|Text(text)| text.into_owned()).unwrap_or_default(),
            );
            match self.positions.get(&*name).filter(|position| !is_filled[**position]) {
                Some(position) => {
                    is_filled[*position] = true;
                    cells[*position] = text;
                }
                None => cells.push(format!("{name}: {text}")),
            }
        }
        cells
    }
}
