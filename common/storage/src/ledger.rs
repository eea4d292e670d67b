//! The table of the numbers of messages.
//!
//! Rows are only added, each saying more about its account, and what counts is the union of all.
//! So it does no harm to add one twice, and none of this needs a transaction.

use std::collections::BTreeMap;

use registrar_domain::Lane;
use registrar_domain::ledger::{Account, Book, Epoch, Ledger, Numbers};
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

/// Adds to the ledger.
pub(crate) async fn add(session: &mut Session, additions: &Ledger) -> Result<(), Failure> {
    let additions: Vec<_> = additions.iter().collect();
    for rows in padded(&additions) {
        let text = sqlx::query(ADD.text(rows.len()));
        let query = rows.iter().fold(text, |query, (account, book)| {
            query
                .bind(account.epoch.as_bytes().to_vec())
                .bind(account.lane.as_str())
                .bind(book.stated.to_string())
                .bind(book.unconfirmed.to_string())
                .bind(book.settled.to_string())
        });
        session.execute(query).await?;
    }
    Ok(())
}

pub(crate) async fn read(session: &mut Session) -> Result<Ledger, Failure> {
    let mut ledger = Ledger::default();
    for row in session.fetch(sqlx::query(READ)).await? {
        let Some((account, book)) = decode(&row)? else { continue };
        ledger.book(account).add(&book);
    }
    Ok(ledger)
}

/// Puts one row in place of the many of each account.
///
/// The new row is there before the old ones go, so that whatever cuts this off, and whoever else
/// does the same, every number is in some row at every moment: a row goes only after one that has
/// all its numbers was committed, and that one goes only in the same way.
pub(crate) async fn compact(session: &mut Session) -> Result<(), Failure> {
    let mut rows: BTreeMap<Account, Vec<u64>> = BTreeMap::new();
    let mut joined = Ledger::default();
    for row in session.fetch(sqlx::query(READ)).await? {
        let Some((account, book)) = decode(&row)? else { continue };
        joined.book(account).add(&book);
        rows.entry(account).or_default().push(row.try_get(0)?);
    }
    for (account, ids) in rows.into_iter().filter(|(_, ids)| ids.len() > 1) {
        let mut one = Ledger::default();
        *one.book(account) = std::mem::take(joined.book(account));
        add(session, &one).await?;
        for list in padded(&ids) {
            let text = sqlx::query(DELETE.text(list.len()));
            session.execute(list.iter().fold(text, |query, id| query.bind(*id))).await?;
        }
    }
    Ok(())
}

/// None of a lane that a newer version has.
fn decode(row: &MySqlRow) -> Result<Option<(Account, Book)>, sqlx::Error> {
    let epoch: Vec<u8> = row.try_get(1)?;
    let epoch = epoch.try_into().map_err(|_| sqlx::Error::Decode("not 16 bytes".into()))?;
    let lane: String = row.try_get(2)?;
    let Some(lane) = Lane::parse(&lane) else { return Ok(None) };
    let book =
        Book { stated: numbers(row, 3)?, unconfirmed: numbers(row, 4)?, settled: numbers(row, 5)? };
    Ok(Some((Account { epoch: Epoch::from_bytes(epoch), lane }, book)))
}

fn numbers(row: &MySqlRow, column: usize) -> Result<Numbers, sqlx::Error> {
    let text: String = row.try_get(column)?;
    text.parse().map_err(|malformed| sqlx::Error::Decode(Box::new(malformed)))
}
