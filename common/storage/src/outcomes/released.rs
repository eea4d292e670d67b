//! When a dead letter counts as released: once its registration is registered or rejected.
//!
//! Nothing that registers or rejects looks for a dead letter. What reads dead letters leaves out those whose
//! registration is decided, so that each registration has one outcome in every answer.

/// A condition on a row of `dead_letters`. Two look-ups by an index each; to be combined with the
/// stored state, which has an index too.
pub(crate) const IS_DECIDED: &str = "(\
    EXISTS (SELECT 1 FROM students WHERE students.registration_id = dead_letters.registration_id) OR \
    EXISTS (SELECT 1 FROM rejections WHERE rejections.registration_id = dead_letters.registration_id))";

/// The stored state, or `replayed` when the dead letter counts as released.
pub(crate) fn state_now() -> String {
    format!("IF({IS_DECIDED}, 'replayed', state)")
}

/// A column that says something of the stored state, or nothing when the dead letter counts as released
/// without having been replayed.
pub(crate) fn unless_released(column: &str) -> String {
    format!("IF(state <> 'replayed' AND {IS_DECIDED}, NULL, {column})")
}
