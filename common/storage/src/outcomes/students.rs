//! The `students` table.

use std::collections::HashMap;

use registrar_domain::{ImportId, ImportRow, Registration, RegistrationId};
use sqlx::Row as _;
use sqlx::mysql::MySqlRow;

use super::insert::Insert;
use super::rows::{registration_id, sixteen_bytes};
use crate::error::Failure;
use crate::pool::session::Session;
use crate::sql::literal::Value;
use crate::sql::{Statement, padded, timestamp};

pub(crate) static INSERT: Insert<8> = Insert {
    statement: Statement::new(
        "INSERT INTO students (registration_id, first_name, last_name, email, email_key, \
                               accepted_at, import_id, import_row) VALUES {rows}",
        "(?,?,?,?,?,?,?,?)",
    ),
    values: |registration| {
        let (student, from) = (&registration.student, registration.import.as_ref());
        [
            Value::Bytes(registration.id.as_bytes()),
            Value::Text(student.first_name().as_str()),
            Value::Text(student.last_name().as_str()),
            Value::Text(student.email().as_str()),
            Value::Text(student.email().key()),
            Value::Time(timestamp(registration.accepted_at)),
            from.map_or(Value::Null, |from| Value::Bytes(from.import.as_bytes())),
            from.map_or(Value::Null, |from| Value::Number(from.row.into())),
        ]
    },
    again: [
        "INSERT INTO students \
         (id, registration_id, first_name, last_name, email, email_key, accepted_at) \
         SELECT id, registration_id, first_name, last_name, email, email_key, accepted_at \
         FROM students ORDER BY id DESC LIMIT 1",
        "INSERT INTO students (id, registration_id, first_name, last_name, email, email_key) VALUES \
         (1, REPEAT('0', 16), 'Ada', 'Lovelace', 'ada@registrar.invalid', 'ada@registrar.invalid'), \
         (1, REPEAT('0', 16), 'Ada', 'Lovelace', 'ada@registrar.invalid', 'ada@registrar.invalid')",
    ],
    if_every_row_is_refused: "MySQL refuses every row of the table students: see which constraint, \
                              trigger or column no student can meet. It puts no student on hold.",
};

/// Two look-ups, each by one index; with `OR` MySQL may read the whole table.
static FIND: Statement = Statement::new(
    "SELECT registration_id, email_key, import_id, import_row \
     FROM students WHERE registration_id IN ({rows}) \
     UNION ALL \
     SELECT registration_id, email_key, import_id, import_row \
     FROM students WHERE email_key IN ({rows})",
    "?",
);

/// Which ids and e-mail addresses are taken, and from which row of an import the student came.
#[derive(Default)]
pub(crate) struct Taken {
    ids: HashMap<RegistrationId, Option<ImportRow>>,
    owners: HashMap<String, RegistrationId>,
}

impl Taken {
    pub(crate) fn has(&self, id: RegistrationId) -> bool {
        self.ids.contains_key(&id)
    }

    /// Whether a registration owns the e-mail address with this key.
    pub(crate) fn has_email_key(&self, key: &str) -> bool {
        self.owners.contains_key(key)
    }

    /// The row of an import that registered this id, if one did.
    pub(crate) fn row_of(&self, id: RegistrationId) -> Option<ImportRow> {
        self.ids.get(&id).copied().flatten()
    }

    /// The row of an import that registered the owner of this e-mail address, if one did.
    pub(crate) fn row_of_owner(&self, key: &str) -> Option<ImportRow> {
        self.row_of(*self.owners.get(key)?)
    }
}

/// Reads which of the ids and e-mail addresses of `registrations` are taken.
pub(crate) async fn taken(
    session: &mut Session,
    registrations: &[&Registration],
) -> Result<Taken, Failure> {
    let mut taken = Taken::default();
    for list in padded(registrations) {
        let mut query = sqlx::query(FIND.text(list.len()));
        for registration in &list {
            query = query.bind(&registration.id.as_bytes()[..]);
        }
        for registration in &list {
            query = query.bind(registration.student.email().key());
        }
        for row in session.fetch(query).await? {
            let id = registration_id(&row, 0)?;
            taken.ids.insert(id, import_row(&row, 2)?);
            taken.owners.insert(row.try_get(1)?, id);
        }
    }
    Ok(taken)
}

/// From this column and the next.
pub(crate) fn import_row(row: &MySqlRow, column: usize) -> Result<Option<ImportRow>, sqlx::Error> {
    let import: Option<Vec<u8>> = row.try_get(column)?;
    let number: Option<u32> = row.try_get(column + 1)?;
    let (Some(import), Some(row)) = (import, number) else { return Ok(None) };
    Ok(Some(ImportRow { import: ImportId::from_bytes(sixteen_bytes(import)?), row }))
}
