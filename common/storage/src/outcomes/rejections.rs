//! The `rejections` table.

use registrar_domain::RejectionCode;

use super::insert::Insert;
use crate::sql::literal::Value;
use crate::sql::{Statement, timestamp};

pub(crate) static INSERT_EMAIL_ALREADY_REGISTERED: Insert<3> = Insert {
    statement: Statement::new(
        "INSERT INTO rejections (registration_id, code, accepted_at) VALUES {rows}",
        "(?,?,?)",
    ),
    values: |registration| {
        [
            Value::Bytes(registration.id.as_bytes()),
            Value::Text(RejectionCode::EmailAlreadyRegistered.as_str()),
            Value::Time(timestamp(registration.accepted_at)),
        ]
    },
    again: [
        "INSERT INTO rejections (registration_id, code, accepted_at) \
         SELECT registration_id, code, accepted_at FROM rejections LIMIT 1",
        "INSERT INTO rejections (registration_id, code) VALUES \
         (REPEAT('0', 16), 'email_already_registered'), \
         (REPEAT('0', 16), 'email_already_registered')",
    ],
    if_every_row_is_refused: "MySQL refuses every row of the table rejections: see which \
                              constraint, trigger or column no rejection can meet.",
};
