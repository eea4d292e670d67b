use crate::source::sources;

const PRODUCT: [&str; 4] = ["common", "api", "worker", "cli"];

/// The only places that name a crate, so that it can be replaced, and its traps known, in one.
const CONFINED: [(&str, &str); 4] = [
    ("lapin", "common/messaging/"),
    ("sqlx", "common/storage/"),
    ("backoff", "common/runtime/src/retry.rs"),
    ("prometheus", "common/telemetry/src/metrics/"),
];

#[test]
fn each_confined_crate_is_named_in_one_place_only() {
    for source in sources(&PRODUCT) {
        for (name, place) in CONFINED {
            assert!(
                source.path.starts_with(place) || !source.names_crate(name),
                "{} names {name}, which only {place} may",
                source.path
            );
        }
    }
}

/// `println!` and its like panic when nobody reads, and stall with a reader that does.
#[test]
fn products_print_only_by_what_cannot_panic() {
    for source in sources(&[&PRODUCT[..], &["tools/local"]].concat()) {
        for name in ["println", "eprintln", "print", "eprint"] {
            assert!(!source.calls_macro(name), "{} calls {name}!", source.path);
        }
    }
}
