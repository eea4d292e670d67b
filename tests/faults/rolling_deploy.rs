//! A deploy without a pause.
//!
//! So far there is one version of the message and one of the tables, so both "versions" here are
//! this build, as four processes. What stands for the previous one are the messages of the golden
//! files, which pin what any build of version 1 has written.

use registrar_domain::RegistrationId;
use registrar_messaging::REGISTRATIONS_EXCHANGE;
use registrar_tests::api::Api;
use registrar_tests::balancer::Balancer;
use registrar_tests::broker::Broker;
use registrar_tests::load::Load;
use registrar_tests::program::Program;
use registrar_tests::submission::Refusal;
use registrar_tests::worker::Worker;
use reqwest::StatusCode;

use super::scene::{CLIENTS, play};

const ONE: &[u8] = include_bytes!("../../common/messaging/src/golden/one-v1.json");
const CHUNK: &[u8] = include_bytes!("../../common/messaging/src/golden/chunk-v1.json");
const IN_GOLDEN_FILES: [&str; 2] =
    ["0199d3c4-5a00-7000-8000-000000000001", "6f31fb63-9861-8604-a885-abb177acdfae"];

const BETWEEN_RESTARTS: usize = 300;

#[tokio::test(flavor = "multi_thread")]
async fn a_rolling_restart_shows_no_client_an_error_that_a_retry_does_not_solve() {
    play(async |scene| {
        let mut apis = [Api::start(&scene.servers).await, Api::start(&scene.servers).await];
        let mut workers =
            [Worker::start(&scene.servers).await, Worker::start(&scene.servers).await];
        let balancer = Balancer::start(apis.iter().map(port).collect()).await;
        let load = Load::start_retrying(&format!("http://127.0.0.1:{}", balancer.port()), CLIENTS);
        load.accepts(BETWEEN_RESTARTS).await;
        let broker = Broker::connect(&scene.servers.amqp_url).await;

        for (worker, (lane, message)) in
            workers.iter_mut().zip([("interactive", ONE), ("bulk", CHUNK)])
        {
            broker.publish(REGISTRATIONS_EXCHANGE, lane, lane, message).await;
            ends_well(&mut worker.program).await;
            broker.publish(REGISTRATIONS_EXCHANGE, lane, lane, message).await;
            *worker = Worker::start(&scene.servers).await;
            load.accepts(BETWEEN_RESTARTS).await;
        }
        for api in &mut apis {
            let before = port(api);
            ends_well(&mut api.program).await;
            load.accepts(BETWEEN_RESTARTS).await;
            *api = Api::start(&scene.servers).await;
            balancer.replace(before, port(api));
            load.accepts(BETWEEN_RESTARTS).await;
        }

        let refusals = load.refusals();
        println!("rolling deploy: {} requests repeated: {refusals:?}", refusals.len());
        let passing = [Refusal::Disconnected, Refusal::Answered(StatusCode::SERVICE_UNAVAILABLE)];
        assert!(refusals.iter().all(|one| passing.contains(one)), "{refusals:?}");
        let in_golden_files = IN_GOLDEN_FILES.map(|id| RegistrationId::parse(id).unwrap());
        let silence = load.longest_silence();
        let answers = load.stop().await.and(&in_golden_files).and_unnumbered(in_golden_files.len());
        let tally = scene.verdict_on("rolling deploy", answers, silence).await;
        assert_eq!(tally.on_hold, 0, "{tally}");
    })
    .await;
}

fn port(api: &Api) -> u16 {
    api.url.rsplit_once(':').unwrap().1.parse().unwrap()
}

async fn ends_well(program: &mut Program) {
    program.terminate();
    let ended = program.ended().await;
    assert!(ended.success(), "{ended}: {}", program.log());
}
