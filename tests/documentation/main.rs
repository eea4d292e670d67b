//! What the documents say of the code is true.

#[cfg(test)]
mod commands;
#[cfg(test)]
mod documents;
#[cfg(test)]
mod importing;
#[cfg(test)]
mod invariants;
#[cfg(test)]
mod links;
#[cfg(test)]
mod nginx;
#[cfg(test)]
mod paths;
#[cfg(test)]
mod routes;
#[cfg(test)]
mod settings;

#[cfg(test)]
fn at_root(path: &str) -> std::path::PathBuf {
    std::path::Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().join(path)
}
