//! Whether MySQL has the tables, the rights and the care that registrations need.

use registrar_storage::{
    ErrorClass, MySqlStore, Pool, RegistrationStore as _, SchemaState, StorageError, schema_state,
};
use time::Duration;

use super::finding::Verdict;
use super::version::at_least;

/// Times in the tables come from several clocks; people and metrics compare them in seconds.
const CLOCK_TOLERANCE: Duration = Duration::seconds(2);

/// What may pass by itself could not be looked at; anything else is wrong.
pub(super) fn failed(error: StorageError) -> anyhow::Result<Verdict> {
    match error.class() {
        ErrorClass::Transient | ErrorClass::SlowTransient => Err(error.into()),
        ErrorClass::System => {
            let (what, fix) = halves(&error.to_string());
            Ok(Verdict::wrong(what, fix))
        }
    }
}

/// Such errors are "what is wrong: what to do".
fn halves(sentence: &str) -> (String, String) {
    match sentence.split_once(": ") {
        Some((what, fix)) => {
            let first = fix.chars().next().map(|first| first.to_uppercase().to_string());
            let rest: String = fix.chars().skip(1).collect();
            (format!("{what}."), first.unwrap_or_default() + &rest)
        }
        None => (sentence.to_owned(), "See the log of MySQL.".to_owned()),
    }
}

pub(super) fn version(version: &str) -> Verdict {
    let (server, least) =
        if version.contains("MariaDB") { ("MariaDB", (10, 11)) } else { ("MySQL", (8, 0)) };
    at_least(server, least, version)
}

pub(super) async fn schema(pool: &Pool) -> anyhow::Result<Verdict> {
    match schema_state(pool).await {
        Ok(SchemaState::Current) => Ok(Verdict::well("The tables are up to date.")),
        Ok(SchemaState::Behind { missing }) => {
            let what = format!("{missing} of this version's migrations are missing.");
            Ok(Verdict::wrong(what, "Run `registrar migrate`."))
        }
        Err(error) => failed(error),
    }
}

pub(super) async fn rights(pool: &Pool) -> anyhow::Result<Verdict> {
    match MySqlStore::new(pool.clone()).probe().await {
        Ok(()) => Ok(Verdict::well("The user may write what the worker writes.")),
        Err(error) => failed(error),
    }
}

/// An answer of the server is wrong here also when it may pass by itself, such as that the table is
/// locked: acks go ahead of the ledger meanwhile.
pub(super) async fn ledger(pool: &Pool) -> anyhow::Result<Verdict> {
    let store = MySqlStore::new(pool.clone());
    let probed = match store.probe_ledger().await {
        Ok(()) => store.read_ledger().await.map(drop),
        Err(error) => Err(error),
    };
    let Err(error) = probed else {
        return Ok(Verdict::well("It can be read and written."));
    };
    if error.code().is_none() && error.class() != ErrorClass::System {
        return failed(error);
    }
    Ok(Verdict::wrong(
        format!(
            "The table `ledger` cannot be read and written, and what is unaccounted for is not \
             known since then; registrations are stored all the same. {error}"
        ),
        "Fix that, or end the session that locks the table (SHOW FULL PROCESSLIST); the workers \
         then write what they settled meanwhile, if they are not killed before.",
    ))
}

pub(super) fn flushing(flush_at_commit: i64) -> Verdict {
    if flush_at_commit == 1 {
        return Verdict::well("What is committed is on disk.");
    }
    Verdict::wrong(
        format!(
            "innodb_flush_log_at_trx_commit is {flush_at_commit}: a power cut can lose \
             registrations that were acked."
        ),
        "SET GLOBAL innodb_flush_log_at_trx_commit = 1, and write it into the server's configuration.",
    )
}

pub(super) fn clock(ahead: Duration) -> Verdict {
    let direction = if ahead.is_negative() { "behind" } else { "ahead of" };
    let difference = ahead.abs().as_seconds_f64();
    let what = format!("The database server's is {difference:.1} s {direction} this machine's.");
    if ahead.abs() <= CLOCK_TOLERANCE {
        return Verdict::well(what);
    }
    Verdict::wrong(what, "Let both follow NTP; see timedatectl on each.")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_well(verdict: &Verdict) -> bool {
        matches!(verdict, Verdict::Well(_))
    }

    #[test]
    fn clocks_may_differ_by_two_seconds_either_way() {
        for (seconds, expected) in
            [(0.0, true), (-2.0, true), (2.0, true), (2.1, false), (-60.0, false)]
        {
            assert_eq!(is_well(&clock(Duration::seconds_f64(seconds))), expected, "{seconds} s");
        }
        let what = "The database server's is 1.5 s behind this machine's.";
        assert_eq!(clock(Duration::milliseconds(-1_500)), Verdict::well(what));
    }

    #[test]
    fn only_a_flush_at_every_commit_is_durable() {
        assert_eq!([0, 1, 2].map(|value| is_well(&flushing(value))), [false, true, false]);
    }

    #[test]
    fn what_passes_by_itself_could_not_be_looked_at_and_the_rest_is_wrong_with_its_remedy() {
        let sentence = "The tables of this version are not there: run `registrar migrate`.";
        let away = StorageError::new(ErrorClass::Transient, "x", sentence);
        assert_eq!(failed(away).unwrap_err().to_string(), sentence);
        let missing = StorageError::new(ErrorClass::System, "x", sentence);
        let expected =
            Verdict::wrong("The tables of this version are not there.", "Run `registrar migrate`.");
        assert_eq!(failed(missing).unwrap(), expected);
    }

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
            assert_eq!(self::is_well(&super::version(version)), is_well, "{version}");
        }
    }
}
