//! Whether MySQL has the tables, the rights and the care that registrations need.

use registrar_storage::{
    DatabaseServer, ErrorClass, MySqlStore, Pool, RegistrationStore as _, SchemaState,
    StorageError, schema_state,
};
use time::Duration;

use super::finding::{Finding, Problem};
use super::version::Least;

const CHECK: &str = "MySQL";
/// Times in the tables come from several clocks; people and metrics compare them in seconds.
const CLOCK_TOLERANCE: Duration = Duration::seconds(2);

pub(super) async fn examine(pool: &Pool) -> Vec<Finding> {
    let server = match DatabaseServer::ask(pool).await {
        Ok(server) => server,
        Err(error) => return vec![failed(CHECK, &error)],
    };
    vec![
        Finding::well(CHECK, "Programs can log in."),
        version(&server.version),
        schema(pool).await,
        rights(pool).await,
        ledger(pool).await,
        flushing(server.flush_at_commit),
        clock(server.clock_ahead),
    ]
}

/// What may pass by itself could not be looked at; anything else is wrong.
fn failed(check: &'static str, error: &StorageError) -> Finding {
    match error.class() {
        ErrorClass::Transient | ErrorClass::SlowTransient => Finding::unknown(check, error),
        ErrorClass::System => {
            let (what, fix) = halves(&error.to_string());
            Finding::wrong(check, Problem::new(what, fix))
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

fn version(version: &str) -> Finding {
    let (server, least) =
        if version.contains("MariaDB") { ("MariaDB", (10, 11)) } else { ("MySQL", (8, 0)) };
    Least { check: "MySQL version", server, version: least }.finding(version)
}

async fn schema(pool: &Pool) -> Finding {
    const CHECK: &str = "schema";
    match schema_state(pool).await {
        Ok(SchemaState::Current) => Finding::well(CHECK, "The tables are up to date."),
        Ok(SchemaState::Behind { missing }) => {
            let what = format!("{missing} of this version's migrations are missing.");
            Finding::wrong(CHECK, Problem::new(what, "Run `registrar migrate`."))
        }
        Err(error) => failed(CHECK, &error),
    }
}

async fn rights(pool: &Pool) -> Finding {
    const CHECK: &str = "rights";
    match MySqlStore::new(pool.clone()).probe().await {
        Ok(()) => Finding::well(CHECK, "The user may write what the worker writes."),
        Err(error) => failed(CHECK, &error),
    }
}

/// An answer of the server is wrong here also when it may pass by itself, such as that the table is
/// locked: acks go ahead of the ledger meanwhile.
async fn ledger(pool: &Pool) -> Finding {
    const CHECK: &str = "ledger";
    let store = MySqlStore::new(pool.clone());
    let probed = match store.probe_ledger().await {
        Ok(()) => store.read_ledger().await.map(drop),
        Err(error) => Err(error),
    };
    let Err(error) = probed else {
        return Finding::well(CHECK, "It can be read and written.");
    };
    if error.code().is_none() && error.class() != ErrorClass::System {
        return failed(CHECK, &error);
    }
    let what = format!(
        "The table `ledger` cannot be read and written, and what is unaccounted for is not known \
         since then; registrations are stored all the same. {error}"
    );
    let remedy = "Fix that, or end the session that locks the table (SHOW FULL PROCESSLIST); the workers \
                  then write what they settled meanwhile, if they are not killed before.";
    Finding::wrong(CHECK, Problem::new(what, remedy))
}

fn flushing(flush_at_commit: i64) -> Finding {
    const CHECK: &str = "durability";
    if flush_at_commit == 1 {
        return Finding::well(CHECK, "What is committed is on disk.");
    }
    Finding::wrong(
        CHECK,
        Problem::new(
            format!(
                "innodb_flush_log_at_trx_commit is {flush_at_commit}: a power cut can lose \
                 registrations that were acked."
            ),
            "SET GLOBAL innodb_flush_log_at_trx_commit = 1, and write it into the server's configuration.",
        ),
    )
}

fn clock(ahead: Duration) -> Finding {
    const CHECK: &str = "clock";
    let direction = if ahead.is_negative() { "behind" } else { "ahead of" };
    let difference = ahead.abs().as_seconds_f64();
    let what = format!("The database server's is {difference:.1} s {direction} this machine's.");
    if ahead.abs() <= CLOCK_TOLERANCE {
        return Finding::well(CHECK, what);
    }
    Finding::wrong(CHECK, Problem::new(what, "Let both follow NTP; see timedatectl on each."))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::finding::Verdict;

    fn is_well(finding: &Finding) -> bool {
        matches!(finding.verdict, Verdict::Well(_))
    }

    #[test]
    fn clocks_may_differ_by_two_seconds_either_way() {
        for (seconds, expected) in
            [(0.0, true), (-2.0, true), (2.0, true), (2.1, false), (-60.0, false)]
        {
            assert_eq!(is_well(&clock(Duration::seconds_f64(seconds))), expected, "{seconds} s");
        }
        let Verdict::Well(what) = clock(Duration::milliseconds(-1_500)).verdict else { panic!() };
        assert_eq!(what, "The database server's is 1.5 s behind this machine's.");
    }

    #[test]
    fn only_a_flush_at_every_commit_is_durable() {
        assert_eq!([0, 1, 2].map(|value| is_well(&flushing(value))), [false, true, false]);
    }

    #[test]
    fn what_passes_by_itself_could_not_be_looked_at_and_the_rest_is_wrong_with_its_remedy() {
        let sentence = "The tables of this version are not there: run `registrar migrate`.";
        let away = StorageError::new(ErrorClass::Transient, "x", sentence);
        assert!(matches!(failed("x", &away).verdict, Verdict::Unknown(_)));
        let missing = StorageError::new(ErrorClass::System, "x", sentence);
        let Verdict::Wrong(problems) = failed("x", &missing).verdict else { panic!() };
        let expected =
            Problem::new("The tables of this version are not there.", "Run `registrar migrate`.");
        assert_eq!(problems, [expected]);
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
