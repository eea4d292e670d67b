//! Holds the directions of ARCHITECTURE.md: who may depend on whom.

#[cfg(test)]
mod crates;
#[cfg(test)]
mod modules;
#[cfg(test)]
mod source;
