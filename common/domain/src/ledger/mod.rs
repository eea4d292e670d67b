//! The arithmetic that shows that no message was lost.
//!
//! A publisher numbers its messages and later reports which of the numbers RabbitMQ confirmed. A
//! worker records the number of each message it settles. Both are sets ([`SequenceSet`]) that only
//! grow, so that it does no harm to add something twice or in another order. What was confirmed,
//! was not settled and waits in no queue is lost: see [`balance`].

mod balance;
mod sequence_key;
mod sequence_set;
mod sequence_state;

pub use balance::{Balance, Snapshot, balance};
pub use sequence_key::{ProducerId, SequenceKey};
pub use sequence_set::{MAX_SEQUENCE_NUMBER, MalformedSequenceSet, SequenceSet};
pub use sequence_state::{Ledger, SequenceState};
