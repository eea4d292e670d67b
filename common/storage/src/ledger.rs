//! The table of the numbers of messages.
//!
//! Rows are only added, each saying more about its key, and what counts is the union of all.
//! So it does no harm to add one twice, and none of this needs a transaction.

use std::collections::BTreeMap;

use registrar_domain::Lane;
use registrar_domain::ledger::{Ledger, ProducerId, SequenceKey, SequenceSet, SequenceState};
use sqlx::Row as _;
use sqlx::mysql::MySqlRow;

use crate::error::Failure;
use crate::pool::session::Session;
use crate::sql::{Statement, padded};

static ADD: Statement = Statement::new(
    "INSERT INTO ledger (epoch, lane, stated, unconfirmed, settled) VALUES {rows}",
    "(?,?,?,?,?)",
);
/// One statement, so that it is one snapshot.
const READ: &str = "SELECT id, epoch, lane, stated, unconfirmed, settled FROM ledger";
static DELETE: Statement = Statement::new("DELETE FROM ledger WHERE id IN ({rows})", "?");

/// They write nothing and yet need everything that keeping the ledger does.
const WRITES_OF_NOTHING: [&str; 2] = [
    "INSERT INTO ledger (epoch, lane, stated, unconfirmed, settled) \
     SELECT epoch, lane, stated, unconfirmed, settled FROM ledger WHERE FALSE",
    "DELETE FROM ledger WHERE FALSE",
];

/// Fails with the error that keeping the ledger would meet.
pub(crate) async fn can_be_written(session: &mut Session) -> Result<(), Failure> {
    for statement in WRITES_OF_NOTHING {
        session.execute(sqlx::query(statement)).await?;
    }
    Ok(())
}

pub(crate) async fn add(session: &mut Session, additions: &Ledger) -> Result<(), Failure> {
    let additions: Vec<_> = additions.iter().collect();
    for rows in padded(&additions) {
        let text = sqlx::query(ADD.text(rows.len()));
        let query = rows.iter().fold(text, |query, (key, state)| {
            query
                .bind(key.producer.as_bytes().to_vec())
                .bind(key.lane.as_str())
                .bind(state.reported.to_string())
                .bind(state.unconfirmed.to_string())
                .bind(state.settled.to_string())
        });
        session.execute(query).await?;
    }
    Ok(())
}

pub(crate) async fn read(session: &mut Session) -> Result<Ledger, Failure> {
    let mut ledger = Ledger::default();
    for row in session.fetch(sqlx::query(READ)).await? {
        let Some((key, state)) = decode(&row)? else { continue };
        ledger.entry(key).add(&state);
    }
    Ok(ledger)
}

/// Puts one row in place of the many of each key.
///
/// The new row is there before the old ones go, so that whatever cuts this off, and whichever worker else
/// does the same, every number is in some row at every moment: a row goes only after one that has
/// all its numbers was committed, and that one goes only in the same way.
pub(crate) async fn compact(session: &mut Session) -> Result<(), Failure> {
    let mut rows: BTreeMap<SequenceKey, Vec<u64>> = BTreeMap::new();
    let mut joined = Ledger::default();
    for row in session.fetch(sqlx::query(READ)).await? {
        let Some((key, state)) = decode(&row)? else { continue };
        joined.entry(key).add(&state);
        rows.entry(key).or_default().push(row.try_get(0)?);
    }
    for (key, ids) in rows.into_iter().filter(|(_, ids)| ids.len() > 1) {
        let mut one = Ledger::default();
        *one.entry(key) = std::mem::take(joined.entry(key));
        add(session, &one).await?;
        for list in padded(&ids) {
            let text = sqlx::query(DELETE.text(list.len()));
            session.execute(list.iter().fold(text, |query, id| query.bind(*id))).await?;
        }
    }
    Ok(())
}

/// None of a lane that a newer version has.
fn decode(row: &MySqlRow) -> Result<Option<(SequenceKey, SequenceState)>, sqlx::Error> {
    let producer: Vec<u8> = row.try_get(1)?;
    let producer = producer.try_into().map_err(|_| sqlx::Error::Decode("not 16 bytes".into()))?;
    let lane: String = row.try_get(2)?;
    let Some(lane) = Lane::parse(&lane) else { return Ok(None) };
    let state = SequenceState {
        reported: numbers(row, 3)?,
        unconfirmed: numbers(row, 4)?,
        settled: numbers(row, 5)?,
    };
    Ok(Some((SequenceKey { producer: ProducerId::from_bytes(producer), lane }, state)))
}

fn numbers(row: &MySqlRow, column: usize) -> Result<SequenceSet, sqlx::Error> {
    let text: String = row.try_get(column)?;
    text.parse().map_err(|malformed| sqlx::Error::Decode(Box::new(malformed)))
}
