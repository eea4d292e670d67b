//! Whether the servers are of versions that this version was made for.

use serde::Deserialize;

use super::finding::{Finding, Problem};
use crate::broker::Management;

const CHECK: &str = "RabbitMQ version";
const RABBITMQ: (u32, u32) = (3, 10);
const MYSQL: (u32, u32) = (8, 0);
const MARIADB: (u32, u32) = (10, 11);

#[derive(Deserialize)]
struct Overview {
    rabbitmq_version: String,
}

pub(super) fn broker_version(broker: &Management) -> Option<Finding> {
    Some(match broker.get::<Overview>("overview") {
        Ok(overview) => match judged(&overview?.rabbitmq_version, RABBITMQ) {
            Ok(version) => {
                Finding::well(CHECK, format!("{version}, from {} on.", dotted(RABBITMQ)))
            }
            Err(what) => {
                let fix = format!("Use RabbitMQ {} or later.", dotted(RABBITMQ));
                Finding::wrong(CHECK, Problem::new(what, fix))
            }
        },
        Err(error) => Finding::unknown(CHECK, error),
    })
}

pub(super) fn database_version(version: &str) -> Finding {
    const CHECK: &str = "MySQL version";
    let (least, name) =
        if version.contains("MariaDB") { (MARIADB, "MariaDB") } else { (MYSQL, "MySQL") };
    match judged(version, least) {
        Ok(version) => Finding::well(CHECK, format!("{version}, from {} on.", dotted(least))),
        Err(what) => {
            let fix = format!("Use {name} {} or later.", dotted(least));
            Finding::wrong(CHECK, Problem::new(what, fix))
        }
    }
}

fn judged(version: &str, least: (u32, u32)) -> Result<&str, String> {
    match parsed(version) {
        Some(found) if found >= least => Ok(version),
        Some(_) => Err(format!("It is of version {version}, which is too old.")),
        None => Err(format!("Its version is {version}, which is none that is known.")),
    }
}

/// Major and minor. `MariaDB` sometimes puts `5.5.5-` in front, for clients of old.
fn parsed(version: &str) -> Option<(u32, u32)> {
    let version = version.strip_prefix("5.5.5-").unwrap_or(version);
    let mut numbers = version.split(|c: char| !c.is_ascii_digit()).map(str::parse);
    Some((numbers.next()?.ok()?, numbers.next()?.ok()?))
}

fn dotted((major, minor): (u32, u32)) -> String {
    format!("{major}.{minor}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::finding::Verdict;

    #[test]
    fn versions_are_compared_as_numbers_and_each_server_by_its_own() {
        for (version, is_well) in [
            ("8.0.36", true),
            ("9.7.0", true),
            ("5.7.44-log", false),
            ("10.11.6-MariaDB-0+deb12u1", true),
            ("11.4.2-MariaDB", true),
            ("10.6.18-MariaDB", false),
            ("10.4.1-MariaDB", false),
            ("5.5.5-10.11.2-MariaDB", true),
            ("new", false),
        ] {
            let found = matches!(database_version(version).verdict, Verdict::Well(_));
            assert_eq!(found, is_well, "{version}");
        }
        for (version, is_well) in [("3.10.8", true), ("3.9.29", false), ("4.3.0-rc.1", true)] {
            assert_eq!(judged(version, RABBITMQ).is_ok(), is_well, "{version}");
        }
    }
}
