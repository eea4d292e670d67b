//! One module for each subcommand.

pub(crate) mod pages;
pub(crate) mod run;
pub(crate) mod servers;
