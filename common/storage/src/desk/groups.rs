use sqlx::mysql::{MySql, MySqlRow};
use sqlx::{QueryBuilder, Row as _};
use time::OffsetDateTime;

use super::super::StorageError;
use super::super::error::Failure;
use super::super::session::{Session, to_its_end};
use super::{DeadLetterDesk, LetterFilter};

/// Dead letters that failed of the same cause.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LetterGroup {
    /// The code of why they are on hold; as stored, since a newer version may have others.
    pub reason: String,
    /// What they have in common.
    pub fingerprint: String,
    /// The lanes they came from, where known.
    pub lanes: Vec<String>,
    /// How many there are.
    pub letters: u64,
    /// When the first of them was put on hold.
    pub first_seen: OffsetDateTime,
    /// When one of them failed last.
    pub last_seen: OffsetDateTime,
    /// The most attempts that one of them had.
    pub attempts: u32,
    /// The youngest of them.
    pub example: u64,
}

impl DeadLetterDesk {
    /// The letters that `filter` means, by what they have in common; the most letters first.
    pub async fn groups(&self, filter: &LetterFilter) -> Result<Vec<LetterGroup>, StorageError> {
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
        let mut session = Session::of(&self.pool);
        to_its_end(async move { Ok(read(&mut session, query).await?) }).await
    }
}

async fn read(
    session: &mut Session,
    mut query: QueryBuilder<MySql>,
) -> Result<Vec<LetterGroup>, Failure> {
    let rows = session.fetch(query.build()).await?;
    Ok(rows.iter().map(group).collect::<Result<_, _>>()?)
}

fn group(row: &MySqlRow) -> Result<LetterGroup, sqlx::Error> {
    let lanes: Option<String> = row.try_get(2)?;
    let letters: i64 = row.try_get(3)?;
    Ok(LetterGroup {
        reason: row.try_get(0)?,
        fingerprint: row.try_get(1)?,
        lanes: lanes.iter().flat_map(|lanes| lanes.split(',')).map(str::to_owned).collect(),
        letters: letters.unsigned_abs(),
        first_seen: row.try_get(4)?,
        last_seen: row.try_get(5)?,
        attempts: row.try_get(6)?,
        example: row.try_get(7)?,
    })
}
