//! Commands whose output is closed before its end, or goes to a full disk.

use std::fs::File;
use std::io::pipe;
use std::process::Stdio;

use registrar_tests::api::Api;
use registrar_tests::command;
use registrar_tests::command::Ended;
use registrar_tests::oracle::Oracle;
use registrar_tests::student::Student;
use registrar_tests::worker::Worker;

use super::Home;

const CLI: &str = "registrar-under-test";
/// As a shell shows of a process that SIGPIPE ended.
const CLOSED: Option<i32> = Some(141);

/// A pipe with a closed read end.
fn closed() -> Stdio {
    pipe().unwrap().1.into()
}

/// A full disk.
fn full() -> Stdio {
    File::options().write(true).open("/dev/full").unwrap().into()
}

struct Installation {
    home: Home,
    settings: Vec<(&'static str, String)>,
}

impl Installation {
    async fn new() -> Self {
        let home = Home::new().await;
        let settings = vec![
            ("DATABASE_URL", home.servers.database_url.clone()),
            ("AMQP_URL", home.servers.amqp_url.clone()),
            ("REGISTRAR_RABBITMQ_MANAGEMENT_URL", home.management_url()),
            ("REGISTRAR_OPERATOR", "ada".to_owned()),
        ];
        Self { home, settings }
    }

    async fn run(&self, arguments: &[&str], stdout: Stdio) -> Ended {
        let settings: Vec<_> =
            self.settings.iter().map(|(name, value)| (*name, value.as_str())).collect();
        command::run_into(CLI, arguments, &settings, stdout).await
    }
}

fn ended(code: Option<i32>, stderr: &str) -> Ended {
    Ended { code, stdout: String::new(), stderr: stderr.to_owned() }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_command_that_only_reads_ends_quietly_when_its_stdout_is_closed() {
    let mut here = Installation::new().await;
    let api = Api::start(&here.home.servers).await;
    let _worker = Worker::start(&here.home.servers).await;
    let reference = api.accepted(&Student::unique()).await;
    api.decided(&reference).await;
    here.settings.push(("REGISTRAR_API_URL", api.url.clone()));
    for arguments in [
        &["--help"][..],
        &["--version"],
        &["lanes", "pause", "--help"],
        &["status", &reference],
        &["status", &reference, "--json"],
        &["doctor"],
        &["doctor", "--json"],
        &["lanes"],
        &["lanes", "--json"],
        &["ledger", "--between", "1ms"],
        &["dead-letters", "list"],
        &["dead-letters", "list", "--json"],
        &["dead-letters", "history"],
    ] {
        assert_eq!(here.run(arguments, closed()).await, ended(CLOSED, ""), "{arguments:?}");
        let on_full_disk = here.run(arguments, full()).await;
        assert_eq!(on_full_disk.code, Some(2), "{arguments:?}: {on_full_disk:?}");
        let sentence = "Could not write to stdout: No space left on device (os error 28).\n";
        assert_eq!(on_full_disk.stderr, sentence, "{arguments:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_command_that_acts_goes_on_when_its_stdout_is_closed_and_prints_the_rest_on_stderr() {
    let here = Installation::new().await;
    let pause = ["lanes", "pause", "bulk", "--reason", "a test", "--for", "1m"];
    for stdout in [closed, full] {
        let migrated = here.run(&["migrate"], stdout()).await;
        assert_eq!(migrated, ended(Some(0), "The tables are up to date.\n"));
        let paused = here.run(&pause, stdout()).await;
        assert_eq!(paused.code, Some(0), "{paused:?}");
        assert!(paused.stderr.contains("`registrar lanes resume bulk` ends"), "{paused:?}");
        let resumed = here.run(&["lanes", "resume", "bulk"], stdout()).await;
        assert_eq!(resumed.code, Some(0), "{resumed:?}");
        assert!(resumed.stderr.starts_with("The bulk lane is resumed"), "{resumed:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_replay_whose_reader_goes_away_replays_everything() {
    let here = Installation::new().await;
    let oracle = Oracle::new(&here.home.servers.database_url);
    let api = Api::start(&here.home.servers).await;
    let _worker = Worker::start(&here.home.servers).await;
    oracle.sql("ALTER TABLE students ADD CONSTRAINT c CHECK (first_name <> 'Mallory')").await;
    for _ in 0..3 {
        let student = Student { first_name: "Mallory".to_owned(), ..Student::unique() };
        let reference = api.accepted(&student).await;
        assert_eq!(api.decided(&reference).await["status"], "on_hold");
    }
    oracle.sql("ALTER TABLE students DROP CONSTRAINT c").await;
    let replayed = here.run(&["dead-letters", "replay", "--all"], closed()).await;
    assert_eq!(replayed.code, Some(0), "{replayed:?}");
    assert!(
        replayed.stderr.ends_with("Step 2 of 2: 3 replayed, 3 registered\nDone.\n"),
        "{replayed:?}"
    );
    assert_eq!(oracle.students().await, 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_closed_stderr_does_not_change_the_exit_code() {
    for (program, arguments) in [
        (CLI, &["migrate"][..]),
        (CLI, &["status", "x", "--api-url", "http://127.0.0.1:9"]),
        ("api-under-test", &[]),
        ("worker-under-test", &["--log-format", "xml"]),
    ] {
        let silent = command::run_with_outputs(program, arguments, &[], [closed(), closed()]).await;
        assert_eq!(silent, Some(2), "{program} {arguments:?}");
    }
}
