use std::time::Duration;

use registrar_tests::api::Api;
use registrar_tests::load::Load;
use registrar_tests::pipe_reading::PipeReading;
use registrar_tests::program::Program;
use registrar_tests::wait;
use registrar_tests::worker::Worker;
use reqwest::StatusCode;

use super::scene::{CLIENTS, LONG_CONFIRM, play};

/// So many lines that what waits for a reader is soon full. With a batch for each row it takes many
/// writers to keep up with the clients.
const SETTINGS: [(&str, &str); 3] = [
    ("REGISTRAR_LOG", "trace"),
    ("REGISTRAR_BATCH_ROWS", "1"),
    ("REGISTRAR_INTERACTIVE_WRITERS", "16"),
];
const DROPPED: &str = "registrar_log_lines_dropped_total ";
const REPORT: &str = "log lines were dropped: stdout was not read fast enough";
/// Some megabytes, of which the worker writes less a second than the API.
const LONG_LOG: Duration = Duration::from_mins(3);
/// Far less than an orchestrator waits before it kills.
const STOP: Duration = Duration::from_secs(20);

#[tokio::test(flavor = "multi_thread")]
async fn a_stdout_that_is_not_read_costs_log_lines_and_no_student() {
    play(async |scene| {
        let settings = [SETTINGS[0], LONG_CONFIRM];
        let (mut api, api_log) = Api::begin_piped(&scene.servers, &settings).await;
        api.ready().await;
        let (mut worker, worker_log) = Worker::begin_piped(&scene.servers, &SETTINGS).await;
        worker.ready().await;
        let load = Load::start_mixed(&api.url, CLIENTS);
        load.accepts(100).await;

        api_log.stall();
        worker_log.stall();
        wait::until_within(LONG_LOG, "both drop lines", async || {
            let dropped = [api.counted(DROPPED).await, worker.counted(DROPPED).await];
            (!dropped.contains(&0)).then_some(())
        })
        .await;
        let refused = load.refused();
        load.accepts(500).await;
        assert_eq!(load.refused(), refused, "no request is refused");
        assert_eq!(api.get("/livez").send().await.unwrap().status(), StatusCode::OK);
        assert_eq!(worker.readiness().await.0, StatusCode::OK);

        flows_again(&mut api.program, &api_log).await;
        flows_again(&mut worker.program, &worker_log).await;
        let recovered_in = load.recovers(&scene.oracle).await;

        api_log.stall();
        worker_log.stall();
        load.accepts(1_000).await;
        scene.verdict("stdout not read", load, recovered_in).await;
        assert!(api.program.stop(STOP), "no reader of the log holds up the end of the API");
        assert!(worker.program.stop(STOP), "nor that of the worker");
    })
    .await;
}

async fn flows_again(program: &mut Program, log: &PipeReading) {
    log.go_on();
    wait::until("the log says that lines were dropped", async || {
        let lines = program.log_lines();
        let report = lines
            .iter()
            .find(|line| line["message"].as_str().is_some_and(|message| message.ends_with(REPORT)));
        report.map(|line| assert!(line["lines"].as_u64().unwrap() > 0, "{line}"))
    })
    .await;
}
