use std::collections::BTreeMap;
use std::process::Command;

use serde_json::Value;

/// Which crates of the workspace each may depend on, tests included.
const ALLOWED: [(&str, &[&str]); 14] = [
    ("registrar-domain", &[]),
    ("registrar-http", &[]),
    ("registrar-runtime", &[]),
    ("registrar-test-certificates", &[]),
    ("registrar-texts", &["registrar-domain"]),
    (
        "registrar-telemetry",
        &["registrar-http", "registrar-runtime", "registrar-test-certificates"],
    ),
    (
        "registrar-messaging",
        &[
            "registrar-domain",
            "registrar-runtime",
            "registrar-telemetry",
            "registrar-test-certificates",
        ],
    ),
    ("registrar-storage", &["registrar-domain", "registrar-runtime", "registrar-telemetry"]),
    ("registrar-ledger", &["registrar-domain", "registrar-messaging", "registrar-storage"]),
    ("registrar-local", &[]),
    ("registrar-api", &COMMON),
    ("registrar-worker", &COMMON),
    ("registrar-cli", &COMMON),
    ("registrar-tests", &ALL),
];

const COMMON: [&str; 8] = [
    "registrar-domain",
    "registrar-http",
    "registrar-ledger",
    "registrar-messaging",
    "registrar-runtime",
    "registrar-storage",
    "registrar-telemetry",
    "registrar-texts",
];

const ALL: [&str; 12] = [
    "registrar-api",
    "registrar-cli",
    "registrar-domain",
    "registrar-http",
    "registrar-ledger",
    "registrar-local",
    "registrar-messaging",
    "registrar-runtime",
    "registrar-storage",
    "registrar-telemetry",
    "registrar-texts",
    "registrar-worker",
];

fn workspace_dependencies() -> BTreeMap<String, Vec<String>> {
    let metadata = Command::new(env!("CARGO"))
        .args(["metadata", "--no-deps", "--locked", "--offline", "--format-version=1"])
        .output()
        .unwrap();
    let metadata: Value = serde_json::from_slice(&metadata.stdout).unwrap();
    let name = |value: &Value| value["name"].as_str().unwrap().to_owned();
    let packages = metadata["packages"].as_array().unwrap();
    packages
        .iter()
        .map(|package| {
            let dependencies = package["dependencies"].as_array().unwrap().iter().map(name);
            let ours = dependencies.filter(|name| name.starts_with("registrar-")).collect();
            (name(package), ours)
        })
        .collect()
}

#[test]
fn crates_depend_only_in_the_allowed_directions() {
    let found = workspace_dependencies();
    let known: Vec<_> = ALLOWED.iter().map(|(name, _)| *name).collect();
    for (name, dependencies) in &found {
        assert!(known.contains(&name.as_str()), "{name} is new: say what it may depend on");
        for dependency in dependencies {
            let (_, allowed) = ALLOWED.iter().find(|(known, _)| known == name).unwrap();
            assert!(allowed.contains(&dependency.as_str()), "{name} must not use {dependency}");
        }
    }
    assert_eq!(found.len(), ALLOWED.len(), "every crate of the workspace is checked");
}
