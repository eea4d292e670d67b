use std::fmt;

use serde_json::Value;

/// What became of the rows of an import, as its importer is answered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RowCounts {
    /// The import registered them.
    pub registered: usize,
    /// The importer had registered them before.
    pub unchanged: usize,
    /// Duplicates, and what was cancelled.
    pub rejected: usize,
    /// They break a rule.
    pub invalid: usize,
    /// They wait for an operator.
    pub on_hold: usize,
    /// They are not decided yet.
    pub waiting: usize,
}

impl RowCounts {
    pub(super) fn new(import: &Value) -> Self {
        let count = |name: &str| usize::try_from(import[name].as_u64().unwrap()).unwrap();
        Self {
            registered: count("registered"),
            unchanged: count("unchanged"),
            rejected: count("rejected"),
            invalid: count("invalid"),
            on_hold: count("on_hold"),
            waiting: count("waiting"),
        }
    }

    /// How many are not waiting.
    pub fn decided(&self) -> usize {
        self.registered + self.unchanged + self.rejected + self.invalid + self.on_hold
    }

    /// The same with those of another import.
    #[must_use]
    pub fn and(self, other: &Self) -> Self {
        Self {
            registered: self.registered + other.registered,
            unchanged: self.unchanged + other.unchanged,
            rejected: self.rejected + other.rejected,
            invalid: self.invalid + other.invalid,
            on_hold: self.on_hold + other.on_hold,
            waiting: self.waiting + other.waiting,
        }
    }
}

impl fmt::Display for RowCounts {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { registered, unchanged, rejected, invalid, on_hold, waiting } = self;
        write!(
            formatter,
            "{registered} registered, {unchanged} unchanged, {rejected} rejected, {invalid} invalid, \
             {on_hold} on hold, {waiting} waiting"
        )
    }
}
