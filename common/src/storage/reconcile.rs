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
//! is not settled. One gap stays: a server that stalls, and executes such an abandoned rejection
//! only after the next attempt has read. Then two rows stay, and every reader takes the better one.
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
    remove_rejections(session, &rejected_too).await?;
    release_letters(session, &on_hold_too, "registered by another delivery").await?;
    release_letters(session, &rejected_on_hold, "rejected by another delivery").await?;
    Ok(found)
}

async fn remove_rejections(session: &mut Session, ids: &[RegistrationId]) -> Result<(), Failure> {
    for list in padded(ids) {
        let text = sqlx::query(REMOVE_REJECTIONS.text(list.len()));
        session.execute(list.iter().fold(text, |q, id| q.bind(id.as_bytes().to_vec()))).await?;
    }
    Ok(())
}

async fn release_letters(
    session: &mut Session,
    ids: &[RegistrationId],
    why: &'static str,
) -> Result<(), Failure> {
    for list in padded(ids) {
        let text = sqlx::query(RELEASE_LETTERS.text(list.len())).bind(why);
        session.execute(list.iter().fold(text, |q, id| q.bind(id.as_bytes().to_vec()))).await?;
    }
    Ok(())
}
