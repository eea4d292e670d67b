//! One outcome per registration, also when one idempotency key was used for two contents.
//!
//! Two messages may then carry one id, and two workers may handle them at once. Unique keys allow
//! one row per id in each table, but not one row in all of them: one worker may insert the student
//! while the other, whose e-mail address is taken, inserts the rejection.
//!
//! So there is an order, registered before rejected before on hold, and a rule: **whoever writes a
//! row of an id that other messages may carry reads all three tables afterwards, and removes what
//! the better outcome supersedes.** That is enough. Every read is one statement, hence one snapshot
//! of committed rows (READ COMMITTED). Of two writers of different rows, let A be the one whose
//! write was committed last: the other's row was committed before, so it is in the snapshot that A
//! reads after its own write. So at least one of them sees both rows, and which one does the
//! removing does not matter. The better row is never removed, so a removal can be repeated.
//!
//! A write whose answer was lost is followed by the reads of the next attempt, because its delivery
//! is not settled; and before these, what was given up is ended (`given_up.rs`), so that it cannot
//! execute after them. One gap stays: a worker that is killed while MySQL stalls leaves nobody who
//! knows its connection. If its last statement is executed only after another worker has settled
//! the same id with another content, or has put it on hold at the delivery limit, two rows stay, and
//! every reader takes the better one.
//!
//! An outcome that a client was told can change from rejected to registered, though never back: one
//! worker reads that nothing is decided, another commits the rejection of the other content, which
//! a client reads, and the first commits its student and removes the rejection.
//!
//! A reader that comes between the second write and the removal sees two rows, and takes the better
//! one as well ([`Rows::decision`]).

use std::collections::HashMap;

use super::decided::{self, Rows};
use super::error::Failure;
use super::session::Session;
use super::statements::{Statement, padded};
use crate::domain::RegistrationId;

static REMOVE_REJECTIONS: Statement =
    Statement::new("DELETE FROM rejections WHERE registration_id IN ({rows})", "?");

static RELEASE_LETTERS: Statement = Statement::new(
    "UPDATE dead_letters SET state = 'replayed', state_reason = ?, state_by = NULL, \
            state_changed_at = CURRENT_TIMESTAMP(6) \
     WHERE registration_id IN ({rows}) AND state <> 'replayed'",
    "?",
);

/// Reads what `ids` have, and leaves each with one outcome at most.
pub(super) async fn one_outcome_each(
    session: &mut Session,
    ids: &[RegistrationId],
) -> Result<HashMap<RegistrationId, Rows>, Failure> {
    let found = decided::read(session, ids).await?;
    let those = |condition: fn(&Rows) -> bool| -> Vec<RegistrationId> {
        found.iter().filter(|(_, rows)| condition(rows)).map(|(id, _)| *id).collect()
    };
    let rejected_too = those(|rows| rows.registered.is_some() && rows.rejected.is_some());
    let on_hold_too = those(|rows| rows.registered.is_some() && rows.on_hold.is_some());
    let rejected_on_hold = those(|rows| {
        rows.registered.is_none() && rows.rejected.is_some() && rows.on_hold.is_some()
    });
    change(session, &REMOVE_REJECTIONS, None, &rejected_too).await?;
    let why = Some("registered by another delivery");
    change(session, &RELEASE_LETTERS, why, &on_hold_too).await?;
    let why = Some("rejected by another delivery");
    change(session, &RELEASE_LETTERS, why, &rejected_on_hold).await?;
    Ok(found)
}

async fn change(
    session: &mut Session,
    statement: &Statement,
    why: Option<&'static str>,
    ids: &[RegistrationId],
) -> Result<(), Failure> {
    for list in padded(ids) {
        let mut query = sqlx::query(statement.text(list.len()));
        if let Some(why) = why {
            query = query.bind(why);
        }
        session.execute(list.iter().fold(query, |q, id| q.bind(id.as_bytes().to_vec()))).await?;
    }
    Ok(())
}
