use std::collections::BTreeMap;
use std::process::Command;

use serde_json::Value;

/// Which crates of the workspace each may depend on, tests included.
const ALLOWED: [(&str, &[&str]); 6] = [
    ("registrar-common", &[]),
    ("registrar-local", &[]),
    ("registrar-api", &["registrar-common"]),
    ("registrar-worker", &["registrar-common"]),
    ("registrar-cli", &["registrar-common"]),
    (
        "registrar-tests",
        &[
            "registrar-api",
            "registrar-cli",
            "registrar-common",
            "registrar-local",
            "registrar-worker",
        ],
    ),
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
