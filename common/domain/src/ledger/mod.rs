//! The arithmetic that shows that no message was lost.
//!
//! Whoever publishes numbers its messages and later states which of the numbers RabbitMQ
//! confirmed. Whoever settles a message notes its number. Both are sets ([`Numbers`]) that only
//! grow, so that it does no harm to add something twice or in another order. What was confirmed,
//! was not settled and waits in no queue is lost: see [`balance`].

mod account;
mod balance;
mod book;
mod numbers;

pub use account::{Account, Epoch};
pub use balance::{Balance, Look, balance};
pub use book::{Book, Ledger};
pub use numbers::{MAX_NUMBER, MalformedNumbers, Numbers};
