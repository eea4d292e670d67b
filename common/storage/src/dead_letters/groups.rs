use sqlx::mysql::MySqlRow;
use sqlx::{QueryBuilder, Row as _};
use time::OffsetDateTime;

use super::DeadLetterAdmin;
use super::filter::DeadLetterFilter;
use crate::error::StorageError;
use crate::pool::session::{Session, run_to_completion};

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeadLetterGroup {
    /// The code of why they are on hold; as stored, since a newer version may have others.
    pub reason: String,
    pub fingerprint: String,
    /// The lanes they came from, where known.
    pub lanes: Vec<String>,
    pub count: u64,
    pub first_seen: OffsetDateTime,
    pub last_seen: OffsetDateTime,
    pub attempts: u32,
    pub example: u64,
}

impl DeadLetterAdmin {
    /// The dead letters that `filter` means, by what they have in common; the largest
    /// group first.
    pub async fn groups(
        &self,
        filter: &DeadLetterFilter,
    ) -> Result<Vec<DeadLetterGroup>, StorageError> {
        let mut query = QueryBuilder::new(
            "SELECT reason, fingerprint, CAST(GROUP_CONCAT(DISTINCT lane ORDER BY lane) AS CHAR), \
                    COUNT(*) AS letters, MIN(first_seen) AS first_seen, MAX(last_seen), \
                    MAX(attempts), MAX(id) \
             FROM dead_letters",
        );
        filter.write_to(&mut query);
        query.push(
            " GROUP BY reason, fingerprint ORDER BY letters DESC, first_seen, reason, fingerprint",
        );
        let mut session = Session::new(&self.pool);
        run_to_completion(async move { Ok(session.fetch_as(query.build(), group).await?) }).await
    }
}

fn group(row: &MySqlRow) -> Result<DeadLetterGroup, sqlx::Error> {
    let lanes: Option<String> = row.try_get(2)?;
    let count: i64 = row.try_get(3)?;
    Ok(DeadLetterGroup {
        reason: row.try_get(0)?,
        fingerprint: row.try_get(1)?,
        lanes: lanes.iter().flat_map(|lanes| lanes.split(',')).map(str::to_owned).collect(),
        count: count.unsigned_abs(),
        first_seen: row.try_get(4)?,
        last_seen: row.try_get(5)?,
        attempts: row.try_get(6)?,
        example: row.try_get(7)?,
    })
}
