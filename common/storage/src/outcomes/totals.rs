//! How many registrations have which outcome.

use sqlx::{QueryBuilder, Row as _};

use super::released::IS_DECIDED;
use crate::error::Failure;
use crate::pool::session::Session;

/// How many registrations have which outcome.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct OutcomeTotals {
    /// Rows in `students`.
    pub registered: u64,
    /// Rows in `rejections`.
    pub rejected: u64,
    /// Dead letters that wait for an operator, or were discarded by one.
    pub on_hold: u64,
}

const COUNT: &str = "SELECT \
    (SELECT COUNT(*) FROM students), \
    (SELECT COUNT(*) FROM rejections), \
    (SELECT COUNT(*) FROM dead_letters WHERE state <> 'replayed' AND NOT ";

pub(crate) async fn count(session: &mut Session) -> Result<OutcomeTotals, Failure> {
    let mut query = QueryBuilder::new(COUNT);
    query.push(IS_DECIDED).push(")");
    let row = session.fetch_one(query.build()).await?;
    let count = |column: usize| row.try_get(column).map(i64::unsigned_abs);
    Ok(OutcomeTotals { registered: count(0)?, rejected: count(1)?, on_hold: count(2)? })
}
