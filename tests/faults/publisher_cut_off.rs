use std::time::Duration;

use registrar_tests::api::Api;
use registrar_tests::load::Load;
use registrar_tests::proxy::{Proxy, Traffic};
use registrar_tests::wait;
use registrar_tests::worker::Worker;
use reqwest::StatusCode;

use super::scene::{CLIENTS, CROWD, ONE_CONNECTION, Scene, play};

const SETTINGS: [(&str, &str); 5] = [
    ONE_CONNECTION,
    ("REGISTRAR_AMQP_HEARTBEAT_SECONDS", "1"),
    ("REGISTRAR_AMQP_CONNECT_TIMEOUT", "1s"),
    ("REGISTRAR_PUBLISH_QUEUE_TIMEOUT", "500ms"),
    ("REGISTRAR_PUBLISH_CONFIRM_TIMEOUT", "500ms"),
];
/// The two timeouts of publishing, and the rest for a busy machine: less than the five seconds that a
/// confirm is waited for unless set otherwise.
const ANSWER_IN: Duration = Duration::from_millis(4_500);
/// Twice the heartbeat's seconds, and the rest for a busy machine: less than the ten seconds that it takes
/// unless set otherwise.
const FOUND_OUT_IN: Duration = Duration::from_secs(9);

/// An API that reaches the broker through a proxy of its own.
async fn api_behind_a_proxy(scene: &Scene) -> (Api, Proxy) {
    let (servers, proxy) = scene.through_a_proxy().await;
    (Api::start_with(&servers, &SETTINGS).await, proxy)
}

async fn is_not_ready(api: &Api) -> Option<()> {
    (api.readiness().await.0 == StatusCode::SERVICE_UNAVAILABLE).then_some(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_silent_cut_of_the_publisher_is_detected_in_time_and_a_late_arrival_is_no_duplicate() {
    play(async |scene| {
        let _worker = Worker::start(&scene.servers).await;
        let (api, proxy) = api_behind_a_proxy(&scene).await;
        let load = Load::start_mixed(&api.url, CLIENTS);
        let mut recovered_in = Duration::ZERO;
        for arrives_late in [true, false] {
            load.accepts(300).await;
            proxy.set(Traffic::Silent);
            load.refuses(50).await;
            wait::until_within(FOUND_OUT_IN, "it is detected", async || is_not_ready(&api).await)
                .await;
            assert!(load.slowest_answer() < ANSWER_IN, "{:?}", load.slowest_answer());
            assert_eq!(scene.api.readiness().await.0, StatusCode::OK, "the broker itself is well");
            if !arrives_late {
                proxy.cut();
            }
            proxy.set(Traffic::Flowing);
            recovered_in = recovered_in.max(load.recovers(&scene.oracle).await);
        }
        load.accepts(300).await;
        scene.verdict("silent cut of the publisher, twice", load, recovered_in).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn lost_confirms_lead_to_no_second_registration() {
    play(async |scene| {
        let _worker = Worker::start(&scene.servers).await;
        let (api, proxy) = api_behind_a_proxy(&scene).await;
        let load = Load::start_mixed(&api.url, CROWD);
        load.accepts(500).await;
        scene.has_received_groups(&load).await;
        proxy.set(Traffic::Unanswered);
        load.refuses(50).await;
        assert!(load.slowest_answer() < ANSWER_IN, "{:?}", load.slowest_answer());
        proxy.cut();
        proxy.set(Traffic::Flowing);
        let recovered_in = load.recovers(&scene.oracle).await;
        load.accepts(500).await;
        scene.verdict("stored, but the confirms lost", load, recovered_in).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_silent_cut_is_detected_by_heartbeats_when_nothing_is_published() {
    play(async |scene| {
        let (api, proxy) = api_behind_a_proxy(&scene).await;
        proxy.set(Traffic::Silent);
        wait::until_within(FOUND_OUT_IN, "the API is not ready", async || is_not_ready(&api).await)
            .await;
        proxy.set(Traffic::Flowing);
        api.ready().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_slow_network_that_is_cut_again_and_again_loses_nothing() {
    play(async |scene| {
        let _worker = Worker::start(&scene.servers).await;
        let (api, proxy) = api_behind_a_proxy(&scene).await;
        let load = Load::start_mixed(&api.url, CLIENTS);
        for traffic in [Traffic::Late(Duration::from_millis(50)), Traffic::Slow(100_000)] {
            proxy.set(traffic);
            load.accepts(200).await;
            proxy.cut();
            load.refuses(1).await;
        }
        proxy.set(Traffic::Flowing);
        let recovered_in = load.recovers(&scene.oracle).await;
        load.accepts(500).await;
        scene.verdict("slow network, cut twice", load, recovered_in).await;
    })
    .await;
}
