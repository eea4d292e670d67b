//! What every process needs, whatever it does: [`config`], [`lifecycle`], [`retry`] and [`output`].

#![warn(missing_docs)]

pub mod config;
pub mod lifecycle;
pub mod output;
pub mod retry;
