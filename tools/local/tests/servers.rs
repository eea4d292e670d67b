//! The servers themselves: a start, a crash, a restart, side by side.

use std::fs;
use std::io::{BufRead, BufReader};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use registrar_local::{MariaDb, RabbitMq, ServerOptions, StackError, TestServers, poll_until};

const POLICIES: [&str; 2] = ["last-resort-queues", "work-queues"];
const TIMEOUT: Duration = Duration::from_mins(1);

fn is_gone(pid: u32) -> bool {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    // A zombie is gone as well: its new parent has not waited for it yet.
    stat.is_empty() || stat.contains(") Z ")
}

#[test]
fn a_killed_database_comes_back_on_its_port_with_its_data() {
    let mut server = MariaDb::start(&ServerOptions::temporary()).unwrap();
    let (port, first_pid) = (server.port(), server.pid());
    server.admin().create_database("kept").unwrap();
    server
        .admin()
        .execute("CREATE TABLE kept.t (n INT) ENGINE=InnoDB; INSERT INTO kept.t VALUES (7)")
        .unwrap();

    server.kill().unwrap();
    assert!(is_gone(first_pid));
    server.start_again().unwrap();

    assert_eq!(server.port(), port);
    assert_ne!(server.pid(), first_pid);
    assert_eq!(server.admin().execute("SELECT n FROM kept.t").unwrap().trim(), "7");
}

#[test]
fn a_database_is_durable_and_strict_like_production() {
    let server = MariaDb::start(&ServerOptions::temporary()).unwrap();
    let settings = server
        .admin()
        .execute("SELECT @@innodb_flush_log_at_trx_commit, @@sync_binlog, @@sql_mode")
        .unwrap();
    assert!(settings.starts_with("1\t1\tSTRICT_ALL_TABLES"), "{settings}");
}

#[test]
fn a_database_keeps_its_temporary_files_from_other_servers() {
    let server = MariaDb::start(&ServerOptions::temporary()).unwrap();
    let folder = server.admin().execute("SELECT @@tmpdir").unwrap();
    assert!(Path::new(folder.trim()).starts_with(server.log().parent().unwrap()), "{folder}");
}

#[test]
fn a_paused_database_answers_again_once_resumed() {
    let server = MariaDb::start(&ServerOptions::temporary()).unwrap();
    server.pause().unwrap();
    let state = fs::read_to_string(format!("/proc/{}/stat", server.pid())).unwrap();
    assert!(state.contains(") T "), "{state}");
    server.resume().unwrap();
    assert_eq!(server.admin().execute("SELECT 1").unwrap().trim(), "1");
}

#[test]
fn a_taken_port_is_named_in_a_sentence() {
    let other = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = other.local_addr().unwrap().port();
    let folder = tempfile::tempdir().unwrap();
    let error = MariaDb::start(&ServerOptions::at(folder.path(), port)).unwrap_err();
    assert!(matches!(error, StackError::PortTaken { .. }));
    assert!(error.to_string().starts_with(&format!("Port {port} is already in use")), "{error}");
}

#[test]
fn a_second_server_on_the_same_data_is_refused_with_the_first_ones_process() {
    let folder = tempfile::tempdir().unwrap();
    let first = MariaDb::start(&ServerOptions::at(folder.path(), 0)).unwrap();
    let error = MariaDb::start(&ServerOptions::at(folder.path(), 0)).unwrap_err();
    assert!(error.to_string().contains(&format!("kill {}", first.pid())), "{error}");
}

#[test]
fn a_server_that_cannot_start_shows_the_end_of_its_log() {
    let folder = tempfile::tempdir().unwrap();
    // Looks initialised, but is empty.
    fs::create_dir(folder.path().join("data")).unwrap();
    let error = MariaDb::start(&ServerOptions::at(folder.path(), 0)).unwrap_err();
    assert!(matches!(error, StackError::Ended { .. }), "{error}");
    assert!(error.to_string().contains("[ERROR]"), "{error}");
}

#[test]
fn servers_side_by_side_have_virtual_hosts_with_the_policies_and_databases_of_their_own() {
    let (one, two) = std::thread::scope(|scope| {
        let two = scope.spawn(TestServers::own);
        (TestServers::own().unwrap(), two.join().unwrap().unwrap())
    });
    for servers in [&one, &two] {
        let vhost = servers.create_vhost().unwrap();
        let policies = vhost.management().list_policies(vhost.name()).unwrap();
        assert_eq!(policies, POLICIES);
        assert!(vhost.management().list_queues(vhost.name()).unwrap().is_empty());
        let database = servers.create_database().unwrap();
        assert!(database.url().ends_with(database.name()));
    }
    assert_ne!(one.create_vhost().unwrap().url(), two.create_vhost().unwrap().url());
}

#[test]
fn a_killed_broker_comes_back_on_its_port_with_its_virtual_hosts_and_alarms_can_be_set_off() {
    let mut server = RabbitMq::start(&ServerOptions::temporary()).unwrap();
    server.management().create_vhost("kept").unwrap();
    let (port, first_pid) = (server.port(), server.pid());

    server.kill().unwrap();
    assert!(is_gone(first_pid));
    assert!(TcpStream::connect(("127.0.0.1", port)).is_err());
    server.start_again().unwrap();

    assert_eq!(server.port(), port);
    assert_eq!(server.management().list_policies("kept").unwrap(), POLICIES);
    server.management().delete_vhost("kept").unwrap();
    assert!(server.management().list_queues("kept").is_err());

    server.set_memory_watermark(0.000_01).unwrap();
    server.set_memory_watermark(0.4).unwrap();
    server.set_disk_free_limit(1_000_000_000_000_000).unwrap();
    server.set_disk_free_limit(50_000_000).unwrap();
}

#[test]
fn servers_and_their_temporary_data_vanish_when_their_owner_is_killed() {
    let mut owner = Command::new(env!("CARGO_BIN_EXE_registrar-local"))
        .arg("servers")
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    // Lines like "# MariaDB: process 12, log /tmp/registrar-x/server.log".
    let lines = BufReader::new(owner.stdout.take().unwrap()).lines().map(Result::unwrap);
    let servers: Vec<(u32, String)> = lines
        .take_while(|line| line.starts_with("# "))
        .map(|line| {
            let (_, rest) = line.split_once("process ").unwrap();
            let (pid, log) = rest.split_once(", log ").unwrap();
            let folder = Path::new(log).parent().unwrap();
            (pid.parse().unwrap(), folder.display().to_string())
        })
        .collect();
    assert_eq!(servers.len(), 2);
    assert!(servers.iter().all(|(pid, folder)| !is_gone(*pid) && Path::new(folder).exists()));

    owner.kill().unwrap();
    owner.wait().unwrap();

    for (pid, folder) in servers {
        let vanished =
            poll_until(TIMEOUT, || (is_gone(pid) && !Path::new(&folder).exists()).then_some(()));
        assert!(vanished.is_some(), "process {pid} or {folder} outlived its owner");
    }
}
