//! Whether a server is of a version that this one was made for.

use super::finding::Verdict;

pub(super) fn at_least(server: &str, least: (u32, u32), version: &str) -> Verdict {
    let required = format!("{}.{}", least.0, least.1);
    let what = match parsed(version) {
        Some(found) if found >= least => {
            return Verdict::Well(format!("{version}, from {required} on."));
        }
        Some(_) => format!("It is of version {version}, which is too old."),
        None => format!("Its version is {version}, which is none that is known."),
    };
    Verdict::wrong(what, format!("Use {server} {required} or later."))
}

/// Major and minor. `MariaDB` sometimes puts `5.5.5-` in front, for clients of old.
fn parsed(version: &str) -> Option<(u32, u32)> {
    let version = version.strip_prefix("5.5.5-").unwrap_or(version);
    let mut numbers = version.split(|c: char| !c.is_ascii_digit()).map(str::parse);
    Some((numbers.next()?.ok()?, numbers.next()?.ok()?))
}
