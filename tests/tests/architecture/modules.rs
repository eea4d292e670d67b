use crate::source::{Source, sources};

const PRODUCT: [&str; 4] = ["common", "api", "worker", "cli"];

/// The only places that name a crate, so that it can be replaced, and its traps known, in one.
const CONFINED: [(&str, &str); 4] = [
    ("lapin", "common/src/messaging/"),
    ("sqlx", "common/src/storage/"),
    ("backoff", "common/src/retry.rs"),
    ("prometheus", "common/src/telemetry/metrics/"),
];

/// What each module of `common` may use of the others.
const ALLOWED: [(&str, &[&str]); 13] = [
    ("authority", &[]),
    ("domain", &[]),
    ("config", &["output"]),
    ("field_value", &[]),
    ("lifecycle", &[]),
    ("negotiation", &["field_value"]),
    ("output", &[]),
    ("retry", &[]),
    ("telemetry", &["authority", "config", "lifecycle", "negotiation"]),
    ("texts", &["domain"]),
    ("messaging", &["authority", "config", "domain", "lifecycle", "retry", "telemetry"]),
    ("storage", &["config", "domain", "telemetry"]),
    ("ledger", &["domain", "messaging", "storage"]),
];

fn module_of(source: &Source) -> Option<&str> {
    let path = source.path.strip_prefix("common/src/")?;
    path.split(['/', '.']).next().filter(|module| *module != "lib")
}

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

#[test]
fn modules_of_common_use_each_other_only_in_the_allowed_directions() {
    for source in sources(&["common"]) {
        let Some(module) = module_of(&source) else { continue };
        let Some((_, allowed)) = ALLOWED.iter().find(|(name, _)| *name == module) else {
            panic!("{module} is new: say what it may use");
        };
        for used in source.modules_after("crate::") {
            let is_allowed = used == module || allowed.contains(&used.as_str());
            assert!(is_allowed, "{} uses {used}, which {module} must not", source.path);
        }
    }
}

#[test]
fn neither_process_knows_the_other() {
    for (folder, other) in [("api", "registrar_worker"), ("worker", "registrar_api")] {
        for source in sources(&[folder]) {
            assert!(!source.names_crate(other), "{} names {other}", source.path);
        }
    }
}

/// `println!` and its like panic when nobody reads, and stall with a reader that does.
#[test]
fn products_print_only_by_what_cannot_panic() {
    for source in sources(&[&PRODUCT[..], &["infra/local"]].concat()) {
        for name in ["println", "eprintln", "print", "eprint"] {
            assert!(!source.calls_macro(name), "{} calls {name}!", source.path);
        }
    }
}
