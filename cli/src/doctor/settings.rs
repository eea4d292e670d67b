//! Whether the settings in this environment are usable, as far as they are here.

use clap::Args;
use registrar_runtime::config::{RENAMED, secret, secret_list};
use registrar_storage::{DatabaseSettings, DatabaseUrl};

use super::finding::{Problem, Verdict};
use crate::broker::BrokerArguments;

/// Lists every setting; a test holds it to what the programs declare.
const SETTINGS: &str = include_str!("../../../docs/operations/settings.md");
/// How the names of our own settings begin.
const PREFIX: &str = "REGISTRAR_";
/// The most characters that differ between a name that was misspelt and the right one.
const MOST_DIFFERENCES: usize = 4;

const SECRET_FILES: [&str; 2] =
    ["REGISTRAR_DERIVATION_SECRET_FILE", "REGISTRAR_SEALING_SECRETS_FILE"];

/// Every variable that begins with `REGISTRAR_` and that a program of this version reads; some of them
/// several times.
pub fn variables() -> impl Iterator<Item = &'static str> {
    SETTINGS.split('`').filter(|word| word.starts_with(PREFIX))
}

/// Read as text, so that a wrong one is one finding among others.
#[derive(Debug, Args)]
pub(super) struct SettingsArguments {
    /// The database, as for the API and the worker.
    #[arg(long, env = "DATABASE_URL", hide_env_values = true)]
    database_url: Option<String>,

    /// The API's secret for ids from idempotency keys; looked at only when it is set here.
    #[arg(long, env = "REGISTRAR_DERIVATION_SECRET", hide_env_values = true)]
    derivation_secret: Option<String>,

    /// The API's secrets for references; looked at only when they are set here.
    #[arg(long, env = "REGISTRAR_SEALING_SECRETS", hide_env_values = true)]
    sealing_secrets: Option<String>,
}

pub(super) fn examine(
    arguments: &SettingsArguments,
    broker: &BrokerArguments,
) -> (Verdict, Option<DatabaseSettings>) {
    let mut problems = Vec::new();
    if let Err(problem) = broker.virtual_host() {
        problems.push(Problem::new(problem.to_string(), "Set it as for the API and the worker."));
    }
    let database = match arguments.database_url.as_deref().map(DatabaseUrl::parse) {
        None => Err("DATABASE_URL must be set.".to_owned()),
        Some(Err(rule)) => Err(format!("DATABASE_URL is not usable: {rule}.")),
        Some(Ok(url)) => Ok(DatabaseSettings::new(url)),
    };
    if let Err(what) = &database {
        problems.push(Problem::new(what, "Set it as for the API and the worker."));
    }
    problems.extend(unusable(
        "REGISTRAR_DERIVATION_SECRET",
        arguments.derivation_secret.as_deref(),
        |text| secret(text).map(drop),
    ));
    problems.extend(unusable(
        "REGISTRAR_SEALING_SECRETS",
        arguments.sealing_secrets.as_deref(),
        |text| secret_list(text).map(drop),
    ));
    let names = std::env::vars_os().filter_map(|(name, _)| name.into_string().ok());
    problems.extend(names.filter_map(|name| misspelt(&name)));
    let well = "What is set here is usable; each program checks all of its own when it starts.";
    (Verdict::from_problems(problems, well), database.ok())
}

fn unusable(
    name: &str,
    value: Option<&str>,
    parse: impl Fn(&str) -> Result<(), String>,
) -> Option<Problem> {
    let rule = parse(value?).err()?;
    let what = format!("{name} is not usable: {rule}.");
    Some(Problem::new(what, "Set it to the same value as on every instance of the API."))
}

fn misspelt(name: &str) -> Option<Problem> {
    if !name.starts_with(PREFIX)
        || variables().any(|known| known == name)
        || SECRET_FILES.contains(&name)
        || RENAMED.iter().any(|(_, earlier)| *earlier == name)
    {
        return None;
    }
    let what = format!("{name} is set, and no program of this version reads it.");
    Some(match closest(name) {
        Some(right) => Problem::new(what, format!("Write {right}, if that is what it should be.")),
        None => Problem::new(what, "Remove it; docs/operations/settings.md lists all settings."),
    })
}

fn closest(name: &str) -> Option<&'static str> {
    let distances = variables().map(|known| (strsim::levenshtein(name, known), known));
    distances.min().filter(|(distance, _)| *distance <= MOST_DIFFERENCES).map(|(_, known)| known)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_nothing_reads_is_reported_with_the_one_that_was_meant() {
        let problem = misspelt("REGISTRAR_BATCH_ROW").unwrap();
        assert!(problem.what.starts_with("REGISTRAR_BATCH_ROW is set"), "{problem:?}");
        assert!(problem.fix.contains("REGISTRAR_BATCH_ROWS"), "{problem:?}");
        for name in [
            "REGISTRAR_BATCH_ROWS",
            "REGISTRAR_SEALING_SECRETS_FILE",
            "PATH",
            "AMQP_URL",
            "OTEL_SDK_DISABLED",
        ] {
            assert_eq!(misspelt(name), None);
        }
    }

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
    fn a_secret_that_is_too_short_is_reported_without_it() {
        let parse = |text: &str| secret(text).map(drop);
        let problem = unusable("X", Some("hunter2"), parse).unwrap();
        assert!(!format!("{problem:?}").contains("hunter2"), "{problem:?}");
        assert_eq!(unusable("X", None, parse), None);
    }
}
