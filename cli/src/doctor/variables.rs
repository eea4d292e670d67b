//! The names of all settings, to find misspelt ones.

/// Lists every setting; a test holds it to what the programs declare.
const SETTINGS: &str = include_str!("../../../docs/operations/settings.md");

/// How the names of our own settings begin.
pub(super) const PREFIX: &str = "REGISTRAR_";

/// Every variable that begins with `REGISTRAR_` and that a program of this version reads; some of them
/// several times.
pub fn variables() -> impl Iterator<Item = &'static str> {
    SETTINGS.split('`').filter(|word| word.starts_with(PREFIX))
}

pub(super) fn closest(name: &str) -> Option<&'static str> {
    let distances = variables().map(|known| (distance(name, known), known));
    distances.min().filter(|(distance, _)| *distance <= 4).map(|(_, known)| known)
}

/// How many characters must be added, removed or replaced (Levenshtein).
fn distance(a: &str, b: &str) -> usize {
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.bytes().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, y) in b.bytes().enumerate() {
            let replaced = diagonal + usize::from(x != y);
            diagonal = row[j + 1];
            row[j + 1] = replaced.min(diagonal + 1).min(row[j] + 1);
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_misspelt_name_finds_the_right_one() {
        for (wrong, right) in [
            ("REGISTRAR_BATCH_ROW", Some("REGISTRAR_BATCH_ROWS")),
            ("REGISTRAR_SEALING_SECRET", Some("REGISTRAR_SEALING_SECRETS")),
            ("REGISTRAR_REQUEUE_AFTR", Some("REGISTRAR_REQUEUE_AFTER")),
            ("REGISTRAR_SOMETHING_ELSE_ENTIRELY", None),
        ] {
            assert_eq!(closest(wrong), right);
        }
    }

    #[test]
    fn distances_count_changes() {
        for (a, b, changes) in
            [("", "", 0), ("a", "", 1), ("kitten", "sitting", 3), ("ab", "ba", 2)]
        {
            assert_eq!(distance(a, b), changes);
        }
    }
}
