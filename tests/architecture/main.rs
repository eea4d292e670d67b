//! Holds the directions of docs/architecture.md: what each crate may depend on. The compiler refuses
//! whatever its manifest does not name, so manifests are all there is to check.

#[cfg(test)]
mod crates;
