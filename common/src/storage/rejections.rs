//! The table of final noes.

use super::insert::Insert;
use super::statements::{Statement, timestamp};
use crate::domain::RejectionCode;

pub(super) static INSERT_EMAIL_ALREADY_REGISTERED: Insert = Insert {
    statement: Statement::new(
        "INSERT INTO rejections (registration_id, code, accepted_at) VALUES {rows}",
        "(?,?,?)",
    ),
    bind: |query, registration| {
        query
            .bind(registration.id.as_bytes().to_vec())
            .bind(RejectionCode::EmailAlreadyRegistered.as_str())
            .bind(timestamp(registration.accepted_at))
    },
};
