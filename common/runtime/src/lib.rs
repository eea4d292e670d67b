//! What every process needs, whatever it does: [`config`], [`lifecycle`], [`retry`] and [`output`].

pub mod config;
pub mod lifecycle;
pub mod output;
pub mod retry;
