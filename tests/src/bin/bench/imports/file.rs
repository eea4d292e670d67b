//! The rows of a file: the same for the import and for what it is measured against.

use std::fmt::Write as _;

use registrar_tests::random::Random;

pub(super) const FIRST_NAME: &str = "Ada";
pub(super) const LAST_NAME: &str = "Lovelace";
/// So many rows are handed to the client at once.
const PART_ROWS: usize = 1_000;

/// So many e-mail addresses, in no order, that no other seed has.
pub(super) fn addresses(seed: u64, rows: usize) -> impl Iterator<Item = String> {
    let mut random = Random::from_seed(seed << 32);
    (0..rows).map(move |_| format!("ada.{:016x}@example.com", random.number()))
}

/// A file with these addresses, in parts.
pub(super) fn parts(seed: u64, rows: usize) -> Vec<String> {
    let mut parts = vec!["first_name,last_name,email\n".to_owned()];
    for (row, address) in addresses(seed, rows).enumerate() {
        if row % PART_ROWS == 0 {
            parts.push(String::new());
        }
        if let Some(part) = parts.last_mut() {
            // Writing to a string cannot fail.
            let _ = writeln!(part, "{FIRST_NAME},{LAST_NAME},{address}");
        }
    }
    parts
}
