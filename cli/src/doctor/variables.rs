//! The names of all settings, to find misspelt ones.

/// Every variable that begins with `REGISTRAR_` and that a program of this version
/// reads. A test of the workspace holds the list to the programs' settings.
pub const VARIABLES: [&str; 42] = [
    "REGISTRAR_AMQP_CONNECT_TIMEOUT",
    "REGISTRAR_AMQP_HEARTBEAT_SECONDS",
    "REGISTRAR_API_ADDRESS",
    "REGISTRAR_API_URL",
    "REGISTRAR_BATCH_LINGER",
    "REGISTRAR_BATCH_ROWS",
    "REGISTRAR_BODY_BYTES",
    "REGISTRAR_BODY_TIMEOUT",
    "REGISTRAR_BULK_WRITERS",
    "REGISTRAR_CONNECTIONS",
    "REGISTRAR_CORS_ORIGINS",
    "REGISTRAR_DATABASE_CONNECTIONS",
    "REGISTRAR_DATABASE_CONNECT_TIMEOUT",
    "REGISTRAR_DATABASE_STATEMENT_TIMEOUT",
    "REGISTRAR_DERIVATION_SECRET",
    "REGISTRAR_DRAIN_DELAY",
    "REGISTRAR_HEADER_BYTES",
    "REGISTRAR_HEADER_COUNT",
    "REGISTRAR_HEADER_TIMEOUT",
    "REGISTRAR_INTERACTIVE_WRITERS",
    "REGISTRAR_LOG",
    "REGISTRAR_LOG_FORMAT",
    "REGISTRAR_METRICS_ADDRESS",
    "REGISTRAR_OPERATOR",
    "REGISTRAR_PAGES",
    "REGISTRAR_PUBLISH_CONFIRM_TIMEOUT",
    "REGISTRAR_PUBLISH_CONNECTIONS",
    "REGISTRAR_PUBLISH_QUEUE",
    "REGISTRAR_PUBLISH_QUEUE_TIMEOUT",
    "REGISTRAR_PUBLISH_WINDOW",
    "REGISTRAR_RABBITMQ_MANAGEMENT_URL",
    "REGISTRAR_RATE_BURST",
    "REGISTRAR_RATE_PER_SECOND",
    "REGISTRAR_REQUEST_TIMEOUT",
    "REGISTRAR_REQUEUE_AFTER",
    "REGISTRAR_SEALING_SECRETS",
    "REGISTRAR_SHUTDOWN_TIMEOUT",
    "REGISTRAR_STREAMS",
    "REGISTRAR_STREAM_DURATION",
    "REGISTRAR_TRUSTED_PROXIES",
    "REGISTRAR_URI_BYTES",
    "REGISTRAR_WAIT",
];

pub(super) const PREFIX: &str = "REGISTRAR_";

pub(super) fn closest(name: &str) -> Option<&'static str> {
    let distances = VARIABLES.iter().map(|known| (distance(name, known), *known));
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
