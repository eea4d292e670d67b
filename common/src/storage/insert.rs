//! Inserting many rows so that one bad row never costs its neighbours.

use sqlx::mysql::{MySql, MySqlArguments};
use sqlx::query::Query;

use super::StorageError;
use super::classify::Kind;
use super::error::Failure;
use super::session::Session;
use super::statements::{Statement, in_powers_of_two};
use crate::domain::Registration;

type Bound<'a> = Query<'a, MySql, MySqlArguments>;

/// A plain INSERT. Neither `IGNORE`, which cuts values to fit, nor `ON DUPLICATE KEY UPDATE`, whose
/// row count does not tell new from old under sqlx.
pub(super) struct Insert {
    pub(super) statement: Statement,
    pub(super) bind: for<'a> fn(Bound<'a>, &Registration) -> Bound<'a>,
}

/// What became of the rows.
#[derive(Default)]
pub(super) struct Inserted<'r> {
    /// These are stored, by this very call.
    pub(super) stored: Vec<&'r Registration>,
    /// These or rows next to them met a duplicate; nothing is known of them.
    pub(super) conflicted: Vec<&'r Registration>,
    /// These can never be stored.
    pub(super) refused: Vec<(&'r Registration, Failure)>,
}

impl Insert {
    /// Inserts `rows`; a statement that a row spoils did nothing, and is repeated in halves until
    /// that row is alone.
    pub(super) async fn all<'r>(
        &self,
        session: &mut Session,
        rows: &[&'r Registration],
    ) -> Result<Inserted<'r>, StorageError> {
        let mut result = Inserted::default();
        let mut work: Vec<&[&'r Registration]> = in_powers_of_two(rows).collect();
        work.reverse();
        while let Some(slice) = work.pop() {
            let text = sqlx::query(self.statement.text(slice.len()));
            let query = slice.iter().fold(text, |query, row| (self.bind)(query, row));
            let Err(failure) = session.execute(query).await else {
                result.stored.extend(slice);
                continue;
            };
            match (failure.kind, slice) {
                (Kind::Duplicate, _) => result.conflicted.extend(slice),
                (Kind::RowRefused | Kind::SplitBatch, [row]) => {
                    result.refused.push((*row, failure));
                }
                (Kind::RowRefused | Kind::SplitBatch, _) => {
                    let (first, second) = slice.split_at(slice.len() / 2);
                    work.extend([second, first]);
                }
                _ => return Err(failure.into()),
            }
        }
        Ok(result)
    }
}
