use std::net::TcpListener;
use std::time::Duration;

use registrar_tests::api::Api;
use registrar_tests::program::Program;
use registrar_tests::student::Student;
use registrar_tests::wait;
use registrar_tests::worker::Worker;

use super::exporting;
use crate::end_to_end::Home;

const WARNING: &str = "telemetry is being dropped";

/// Warnings about telemetry, ours and the library's; on a slow machine there may be others.
fn warnings(program: &Program) -> Vec<String> {
    let lines = program.log_lines();
    let loud = lines.iter().filter(|line| line["level"] != "INFO" && line["level"] != "DEBUG");
    let of_telemetry = loud.filter(|line| line["target"].as_str().unwrap().contains("telemetry"));
    of_telemetry.map(|line| line["message"].as_str().unwrap().to_owned()).collect()
}

/// An address where nothing listens.
fn nowhere() -> String {
    let free = TcpListener::bind("127.0.0.1:0").unwrap();
    format!("http://{}", free.local_addr().unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn without_its_collector_each_process_works_and_warns_once() {
    let home = Home::new().await;
    let endpoint = nowhere();
    let mut api = Api::start_with(&home.servers, &exporting(&endpoint)).await;
    let mut worker = Worker::start_with(&home.servers, &exporting(&endpoint)).await;
    for program in [&api.program, &worker.program] {
        wait::until("it warns", async || (!warnings(program).is_empty()).then_some(())).await;
    }
    for _ in 0..10 {
        let reference = api.accepted(&Student::unique()).await;
        assert_eq!(api.decided(&reference).await["status"], "registered");
    }
    // The last export is tried at the end.
    assert!(api.program.stop(Duration::from_secs(30)), "it ends all the same");
    assert!(worker.program.stop(Duration::from_secs(30)), "it ends all the same");
    for program in [&api.program, &worker.program] {
        let warnings = warnings(program);
        assert_eq!(warnings.len(), 1, "{warnings:?}");
        assert!(warnings[0].starts_with(WARNING), "{warnings:?}");
        let lines = program.log_lines();
        assert!(lines.iter().any(|line| line["endpoint"] == endpoint.as_str()), "{lines:?}");
    }
}
