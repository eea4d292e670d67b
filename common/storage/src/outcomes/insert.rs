//! Inserting many rows so that one bad row, or one that another session has locked, never costs its
//! neighbours.

use std::collections::VecDeque;

use registrar_domain::Registration;

use super::refusals::{TOGETHER, TableRefusals};
use crate::error::classify::Kind;
use crate::error::{Failure, StorageError};
use crate::pool::session::Session;
use crate::sql::literal::{self, Value};
use crate::sql::{Statement, rows_of_a_statement, stays_prepared};

/// Into so many parts a statement is divided that did not work as a whole. With few rounds a locked
/// row is found in a few lock waits: of 512 rows in four, of 2,000 in five.
const PARTS: usize = 8;
/// So often one attempt waits for a lock in vain. What has not been tried by then waits as well.
const MAX_WAITS: usize = 16;

/// A plain INSERT. Neither `IGNORE`, which cuts values to fit, nor `ON DUPLICATE KEY UPDATE`, whose
/// row count does not tell new from old under sqlx.
pub(crate) struct Insert<const COLUMNS: usize> {
    pub(crate) statement: Statement,
    /// The values of one row.
    pub(crate) values: for<'a> fn(&'a Registration) -> [Value<'a>; COLUMNS],
    /// Statements that insert a row which the table has, and one which is made up, into an empty
    /// table. Nothing is stored: the primary key is there already, or comes twice.
    pub(crate) again: [&'static str; 2],
    /// What to do when the table refuses every row.
    pub(crate) if_every_row_is_refused: &'static str,
}

/// What became of the rows.
#[derive(Default)]
pub(crate) struct Inserted<'r> {
    /// These are stored, by this very call.
    pub(crate) stored: Vec<&'r Registration>,
    /// These or rows next to them met a duplicate; nothing is known of them.
    pub(crate) conflicted: Vec<&'r Registration>,
    /// These can never be stored.
    pub(crate) refused: Vec<(&'r Registration, Failure)>,
    /// These timed out, for instance waiting for a lock, alone or with a few others.
    pub(crate) delayed: Vec<(&'r Registration, StorageError)>,
}

impl Inserted<'_> {
    /// A duplicate is found only once a row has passed everything else.
    pub(crate) fn shows_that_rows_pass(&self) -> bool {
        !self.stored.is_empty() || !self.conflicted.is_empty()
    }

    fn has(&self, row: &Registration) -> bool {
        let refused = self.refused.iter().map(|(row, _)| row);
        let delayed = self.delayed.iter().map(|(row, _)| row);
        let mut rows = self.stored.iter().chain(&self.conflicted).chain(refused).chain(delayed);
        rows.any(|one| one.id == row.id)
    }

    fn is_empty(&self) -> bool {
        let Self { stored, conflicted, refused, delayed } = self;
        stored.is_empty() && conflicted.is_empty() && refused.is_empty() && delayed.is_empty()
    }
}

impl<const COLUMNS: usize> Insert<COLUMNS> {
    /// Inserts `rows`; a statement that a row spoils did nothing, and is repeated in parts until
    /// that row is alone. It fails when the table refuses every row; when others of the batch
    /// `have_passed`, that so many are refused together shows nothing.
    pub(crate) async fn all<'r>(
        &self,
        session: &mut Session,
        rows: &[&'r Registration],
        refusals: &TableRefusals,
        have_passed: bool,
    ) -> Result<Inserted<'r>, StorageError> {
        let mut result = Inserted::default();
        let together = rows_of_a_statement(rows.len());
        let mut work: VecDeque<_> = rows.chunks(together).map(<[_]>::to_vec).collect();
        let (mut waits, mut is_judged) = (0, false);
        while let Some(slice) = work.pop_front() {
            let Err(failure) = self.execute(session, &slice).await else {
                result.stored.extend(slice);
                continue;
            };
            match (failure.kind, slice.as_slice()) {
                (Kind::Duplicate, _) => result.conflicted.extend(slice),
                (Kind::RowRefused, [row, ..]) if !is_judged => {
                    is_judged = true;
                    let have_passed = have_passed || result.shows_that_rows_pass();
                    if refusals.sample().is_some()
                        || self.refuses_what_it_took(session).await?
                        || (!have_passed
                            && self.refuses_many_of(session, rows, &mut result).await?)
                    {
                        refusals.all_are_refused(row);
                        return Err(failure.for_every_row(self.if_every_row_is_refused).into());
                    }
                    work.clear();
                    let others: Vec<_> =
                        rows.iter().filter(|row| !result.has(row)).copied().collect();
                    work.extend(in_parts(&others));
                }
                (Kind::RowRefused | Kind::SplitBatch, [row]) => {
                    result.refused.push((*row, failure));
                }
                (Kind::RowRefused | Kind::SplitBatch, _) => work.extend(in_parts(&slice)),
                _ if failure.is_timeout() => {
                    waits += 1;
                    if slice.len() > 1 && waits < MAX_WAITS {
                        // Behind all that has not been tried: most of that will be stored.
                        work.extend(in_parts(&slice));
                        continue;
                    }
                    let error = StorageError::from(failure);
                    // No other row got through either: it is not these rows.
                    if slice.len() > 1 && result.is_empty() {
                        return Err(error);
                    }
                    result.delayed.extend(slice.into_iter().map(|row| (row, error.clone())));
                    if waits >= MAX_WAITS {
                        let others = work.drain(..).flatten();
                        result.delayed.extend(others.map(|row| (row, error.clone())));
                    }
                }
                _ => return Err(failure.into()),
            }
        }
        if result.shows_that_rows_pass() {
            refusals.some_pass();
        }
        Ok(result)
    }

    async fn execute(&self, session: &mut Session, rows: &[&Registration]) -> Result<(), Failure> {
        if !stays_prepared(rows.len()) {
            let rows = literal::rows(rows.iter().map(|row| (self.values)(row)));
            return session.execute_text(self.statement.text_with(&rows)).await;
        }
        let mut query = sqlx::query(self.statement.text(rows.len()));
        for value in rows.iter().flat_map(|row| (self.values)(row)) {
            query = match value {
                Value::Bytes(bytes) => query.bind(bytes),
                Value::Text(text) => query.bind(text),
                Value::Time(time) => query.bind(time),
                Value::Number(number) => query.bind(number),
                Value::Null => query.bind(None::<u64>),
            };
        }
        session.execute(query).await.map(drop)
    }

    /// Tries a row that the table has, or while it is empty one that is made up. Neither can be stored,
    /// since its primary key is there, but that is found only after everything else.
    async fn refuses_what_it_took(&self, session: &mut Session) -> Result<bool, Failure> {
        for again in self.again {
            match session.execute(sqlx::query(again)).await {
                Err(failure) if failure.kind == Kind::RowRefused => return Ok(true),
                Err(failure) if failure.kind == Kind::Duplicate => return Ok(false),
                Err(failure) => return Err(failure),
                // There is none.
                Ok(_) => {}
            }
        }
        Ok(false)
    }

    /// Inserts single rows, spread over all of them, until one passes or enough were refused for the
    /// same cause.
    async fn refuses_many_of<'r>(
        &self,
        session: &mut Session,
        rows: &[&'r Registration],
        result: &mut Inserted<'r>,
    ) -> Result<bool, Failure> {
        let step = rows.len() / TOGETHER;
        let spread = (0..step).flat_map(|offset| rows.iter().skip(offset).step_by(step));
        for row in spread {
            match self.execute(session, &[row]).await {
                Ok(()) => result.stored.push(row),
                Err(failure) if failure.kind == Kind::Duplicate => result.conflicted.push(row),
                Err(failure) if failure.kind == Kind::RowRefused => {
                    let first = result.refused.first().map(|(_, first)| &first.fingerprint);
                    if first.is_some_and(|first| *first != failure.fingerprint) {
                        return Ok(false);
                    }
                    result.refused.push((row, failure));
                }
                // As any other row, later.
                Err(failure) if failure.is_timeout() => {}
                Err(failure) => return Err(failure),
            }
            if result.shows_that_rows_pass() {
                return Ok(false);
            }
            if result.refused.len() == TOGETHER {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

/// The rows of a statement that did not work, in smaller ones.
fn in_parts<'r>(rows: &[&'r Registration]) -> VecDeque<Vec<&'r Registration>> {
    rows.chunks((rows.len() / PARTS).max(1)).map(<[_]>::to_vec).collect()
}
