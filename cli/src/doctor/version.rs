//! Whether a server is of a version that this version was made for.

use super::finding::{Finding, Problem};

pub(super) struct Least {
    pub(super) check: &'static str,
    pub(super) server: &'static str,
    pub(super) version: (u32, u32),
}

impl Least {
    pub(super) fn finding(&self, version: &str) -> Finding {
        let least = format!("{}.{}", self.version.0, self.version.1);
        let what = match parsed(version) {
            Some(found) if found >= self.version => {
                return Finding::well(self.check, format!("{version}, from {least} on."));
            }
            Some(_) => format!("It is of version {version}, which is too old."),
            None => format!("Its version is {version}, which is none that is known."),
        };
        let fix = format!("Use {} {least} or later.", self.server);
        Finding::wrong(self.check, Problem::new(what, fix))
    }
}

/// Major and minor. `MariaDB` sometimes puts `5.5.5-` in front, for clients of old.
fn parsed(version: &str) -> Option<(u32, u32)> {
    let version = version.strip_prefix("5.5.5-").unwrap_or(version);
    let mut numbers = version.split(|c: char| !c.is_ascii_digit()).map(str::parse);
    Some((numbers.next()?.ok()?, numbers.next()?.ok()?))
}
