//! Node.js, which builds the pages.

use std::process::Command;
use std::time::Duration;

use crate::install::install;
use crate::process::output_within;
use crate::{Program, StackError};

/// What Vite and `ESLint` say that they need: of each line that is supported, this or newer.
const NEEDED: [Version; 3] = [
    Version { major: 20, minor: 19 },
    Version { major: 22, minor: 13 },
    Version { major: 24, minor: 0 },
];

const TIMEOUT: Duration = Duration::from_secs(20);

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Version {
    major: u32,
    minor: u32,
}

/// Looks for Node.js with npm and installs them when they are missing. Fails when what is there, or
/// what the package manager offers, is too old.
pub fn require_node() -> Result<(), StackError> {
    if Program::find("node").is_none() || Program::find("npm").is_none() {
        install_node()?;
    }
    let answer = output_within("node --version", TIMEOUT, Command::new("node").arg("--version"))?;
    refuse_old(answer.trim(), "this machine has")
}

fn install_node() -> Result<(), StackError> {
    let offered = offered();
    refuse_old(&offered, "the package manager offers")?;
    // NodeSource's package brings npm with it and conflicts with Debian's own.
    let packages =
        if offered.contains("nodesource") { &["nodejs"][..] } else { &["nodejs", "npm"] };
    install("Node.js", packages)
}

/// The version that apt would install, empty when it knows none.
fn offered() -> String {
    let mut command = Command::new("apt-cache");
    let policy = output_within("apt-cache", TIMEOUT, command.args(["policy", "nodejs"]));
    let policy = policy.unwrap_or_default();
    let candidate = policy.lines().find_map(|line| line.trim().strip_prefix("Candidate:"));
    candidate.unwrap_or_default().trim().to_owned()
}

/// Fails when `found` is a version and too old.
fn refuse_old(found: &str, who: &'static str) -> Result<(), StackError> {
    match parse(found) {
        Some(version) if !suffices(version) => {
            Err(StackError::NodeTooOld { found: found.trim_start_matches('v').to_owned(), who })
        }
        _ => Ok(()),
    }
}

fn suffices(version: Version) -> bool {
    let newest = NEEDED[NEEDED.len() - 1];
    version >= newest
        || NEEDED.iter().any(|least| version.major == least.major && version >= *least)
}

/// Reads `v20.19.1` or `20.19.1+dfsg-2`.
fn parse(text: &str) -> Option<Version> {
    let mut numbers = text.trim_start_matches('v').split('.').map(str::parse);
    Some(Version { major: numbers.next()?.ok()?, minor: numbers.next()?.ok()? })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_that_vite_needs_passes_and_an_older_one_is_named() {
        for good in ["v20.19.0", "v22.13.1", "v25.1.0", "20.20.2-1nodesource1", "", "(none)"] {
            assert!(refuse_old(good, "this machine has").is_ok(), "{good}");
        }
        let error = refuse_old("18.20.4+dfsg-1~deb12u3", "the package manager offers").unwrap_err();
        let sentence = "The pages need Node.js 20.19, 22.13, 24 or newer, but the package manager \
                        offers 18.20.4+dfsg-1~deb12u3.";
        assert!(error.to_string().starts_with(sentence), "{error}");
        for bad in ["v20.18.3", "v21.7.0", "v22.12.0", "v23.0.0"] {
            assert!(refuse_old(bad, "this machine has").is_err(), "{bad}");
        }
    }
}
