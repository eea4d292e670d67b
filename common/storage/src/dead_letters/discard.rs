use sqlx::QueryBuilder;

use super::DeadLetterAdmin;
use super::filter::DeadLetterFilter;
use super::query::MatchedDeadLetters;
use crate::error::StorageError;
use crate::outcomes::released::IS_DECIDED;
use crate::pool::session::{Session, run_to_completion};

/// How many dead letters one statement changes: workers that put dead letters on hold wait for its locks.
const AT_ONCE: u64 = 500;

impl DeadLetterAdmin {
    /// Puts the held ones of the dead letters that `filter` means aside, those of `matched`, and returns
    /// how many they were.
    pub async fn discard(
        &self,
        filter: &DeadLetterFilter,
        matched: MatchedDeadLetters,
        by: &str,
        why: &str,
    ) -> Result<u64, StorageError> {
        let mut session = Session::new(&self.pool);
        let (filter, by, why) = (filter.clone(), by.to_owned(), why.to_owned());
        run_to_completion(async move {
            let mut discarded = 0;
            loop {
                let mut query = QueryBuilder::new(
                    "UPDATE dead_letters SET state = 'discarded', \
                            state_changed_at = CURRENT_TIMESTAMP(6), state_by = ",
                );
                query.push_bind(by.as_str()).push(", state_reason = ").push_bind(why.as_str());
                filter.write_to(&mut query);
                query.push(" AND state = 'held' AND NOT ").push(IS_DECIDED);
                query.push(" AND id <= ").push_bind(matched.last_id);
                query.push(" ORDER BY id LIMIT ").push_bind(AT_ONCE);
                let changed = session.execute(query.build()).await?.rows_affected();
                discarded += changed;
                if changed < AT_ONCE {
                    return Ok(discarded);
                }
            }
        })
        .await
    }
}
