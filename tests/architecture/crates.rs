use std::collections::BTreeMap;
use std::process::Command;

use serde_json::Value;

const COMMON: &str = "domain http ledger messaging runtime storage telemetry texts";

/// Which crates of the workspace each may depend on. The tests use all of them.
const ALLOWED: [(&str, &str); 15] = [
    ("domain", ""),
    ("http", ""),
    ("runtime", ""),
    ("management", ""),
    ("test-certificates", ""),
    ("local", "management"),
    ("texts", "domain"),
    ("telemetry", "http runtime test-certificates"),
    ("messaging", "domain runtime telemetry test-certificates"),
    ("storage", "domain runtime telemetry"),
    ("ledger", "domain messaging storage"),
    ("import-file", "domain"),
    ("api", "domain http import-file ledger messaging runtime storage telemetry texts"),
    ("worker", COMMON),
    ("cli", "domain import-file ledger management messaging runtime storage telemetry"),
];

/// The only crate that names each of these, so that it can be replaced, and its traps known, in one
/// place.
const CONFINED: [(&str, &str); 4] = [
    ("lapin", "messaging"),
    ("sqlx", "storage"),
    ("backoff", "runtime"),
    ("prometheus", "telemetry"),
];

/// What the manifest of each crate names, tests included, but for the crate of the tests.
fn dependencies() -> BTreeMap<String, Vec<String>> {
    let metadata = Command::new(env!("CARGO"))
        .args(["metadata", "--no-deps", "--locked", "--offline", "--format-version=1"])
        .output()
        .unwrap();
    let metadata: Value = serde_json::from_slice(&metadata.stdout).unwrap();
    let name = |value: &Value| value["name"].as_str().unwrap().to_owned();
    let packages = metadata["packages"].as_array().unwrap().iter();
    let of_package = |package: &Value| {
        let dependencies = package["dependencies"].as_array().unwrap().iter().map(name);
        (name(package).replace("registrar-", ""), dependencies.collect())
    };
    packages.map(of_package).filter(|(name, _)| name != "tests").collect()
}

#[test]
fn crates_depend_only_in_the_allowed_directions() {
    let (found, allowed) = (dependencies(), BTreeMap::from(ALLOWED));
    for (name, dependencies) in &found {
        let allowed = allowed.get(name.as_str()).expect("a new crate: say what it may depend on");
        for ours in dependencies.iter().filter_map(|name| name.strip_prefix("registrar-")) {
            assert!(allowed.split(' ').any(|one| one == ours), "{name} must not use {ours}");
        }
    }
    assert_eq!(found.len(), ALLOWED.len(), "every crate of the workspace is checked");
}

#[test]
fn each_confined_crate_is_named_by_one_crate_only() {
    for (confined, place) in CONFINED {
        let users =
            dependencies().into_iter().filter(|(_, names)| names.contains(&confined.into()));
        let users: Vec<_> = users.map(|(user, _)| user).collect();
        assert_eq!(users, [place], "{confined}");
    }
}
