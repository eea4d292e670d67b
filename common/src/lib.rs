//! What the API, the worker and the command line share.
//!
//! Dependencies point one way: [`domain`] knows nothing of I/O; [`messaging`] is the only code
//! that names lapin and [`storage`] the only code that names sqlx, [`ledger`] joins the two;
//! [`texts`] says in words what the domain knows by codes; [`telemetry`], [`retry`], [`config`],
//! [`output`], [`negotiation`] and [`lifecycle`] know nothing of the domain. A test holds these directions.

#[cfg(test)]
mod authority;
pub mod config;
pub mod domain;
pub mod field_value;
pub mod ledger;
pub mod lifecycle;
pub mod messaging;
pub mod negotiation;
pub mod output;
pub mod retry;
pub mod storage;
pub mod telemetry;
pub mod texts;
