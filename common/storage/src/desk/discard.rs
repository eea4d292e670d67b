use sqlx::QueryBuilder;

use super::super::StorageError;
use super::super::released::IS_DECIDED;
use super::super::session::{Session, to_its_end};
use super::{DeadLetterDesk, LetterFilter, Matched};

/// How many letters one statement changes: workers that put letters on hold wait for its locks.
const AT_ONCE: u64 = 500;

impl DeadLetterDesk {
    /// Puts the held ones of the letters that `filter` means aside, those of `matched`, and returns
    /// how many they were.
    pub async fn discard(
        &self,
        filter: &LetterFilter,
        matched: Matched,
        by: &str,
        why: &str,
    ) -> Result<u64, StorageError> {
        let mut session = Session::of(&self.pool);
        let (filter, by, why) = (filter.clone(), by.to_owned(), why.to_owned());
        to_its_end(async move {
            let mut discarded = 0;
            loop {
                let mut query = QueryBuilder::new(
                    "UPDATE dead_letters SET state = 'discarded', \
                            state_changed_at = CURRENT_TIMESTAMP(6), state_by = ",
                );
                query.push_bind(by.as_str()).push(", state_reason = ").push_bind(why.as_str());
                filter.write_to(&mut query);
                query.push(" AND state = 'held' AND NOT ").push(IS_DECIDED);
                query.push(" AND id <= ").push_bind(matched.through);
                query.push(" ORDER BY id LIMIT ").push_bind(AT_ONCE);
                let changed = session.execute(query.build()).await?;
                discarded += changed;
                if changed < AT_ONCE {
                    return Ok(discarded);
                }
            }
        })
        .await
    }
}
