//! Pauses of lanes: the table that operators write, and what a process knows of it.

pub(crate) mod table;
pub(crate) mod watch;
