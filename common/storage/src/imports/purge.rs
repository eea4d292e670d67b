//! Deletes the personal data of old imports.

use std::time::Duration;

use registrar_domain::{ImportId, clock};

use crate::error::Failure;
use crate::pool::session::Session;

/// So long the rows that did not make it can be read.
pub const FAILED_ROWS_KEPT: Duration = Duration::from_hours(30 * 24);
/// So many rows at once, so that no other statement waits for long.
const AT_ONCE: u64 = 1_000;

/// What is on hold stays to be counted as what it becomes, without what is in the row.
const STATEMENTS: [&str; 2] = [
    "DELETE FROM import_errors WHERE import_id < ? AND kind <> 'on_hold' \
     ORDER BY import_id, import_row LIMIT ?",
    "UPDATE import_errors SET given = '', errors = '' WHERE import_id < ? AND given <> '' \
     ORDER BY import_id, import_row LIMIT ?",
];

/// Deletes what is in the rows that did not make it of every import that began so long ago. What they count
/// is kept.
pub(crate) async fn delete_failed_rows(
    session: &mut Session,
    after: Duration,
) -> Result<u64, Failure> {
    let end = first_id_since(clock::now() - after);
    let mut deleted = 0;
    for statement in STATEMENTS {
        loop {
            let query = sqlx::query(statement).bind(&end.as_bytes()[..]).bind(AT_ONCE);
            let rows = session.execute(query).await?.rows_affected();
            deleted += rows;
            if rows < AT_ONCE {
                break;
            }
        }
    }
    Ok(deleted)
}

/// The lowest id of an import that began then: ids begin with the time, in milliseconds.
fn first_id_since(moment: time::OffsetDateTime) -> ImportId {
    let milliseconds = moment.unix_timestamp_nanos().max(0) / 1_000_000;
    // 48 bits are enough until the year 10889.
    let bytes = u128::try_from(milliseconds).unwrap_or(0) << 80;
    ImportId::from_bytes(bytes.to_be_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_on_the_side_of_their_time() {
        let id = ImportId::generate();
        let made = id.generated_at().unwrap();
        assert!(first_id_since(made) <= id);
        assert!(first_id_since(made + time::Duration::milliseconds(1)) > id);
    }
}
