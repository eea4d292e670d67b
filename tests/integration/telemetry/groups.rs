use std::collections::{BTreeMap, BTreeSet};

use registrar_tests::api::Api;
use registrar_tests::oracle::Oracle;
use registrar_tests::proxy::{Proxy, Traffic};
use registrar_tests::servers::Servers;
use registrar_tests::student::Student;
use registrar_tests::wait;
use serde_json::Value;
use tokio::task::JoinSet;

use super::journey::OUTLINE;
use super::{Observed, PROCESS, TRUSTING, exporting};

/// So many that come one after the other travel alone, and then so many travel together.
const ALONE: usize = 2;
const TOGETHER: usize = 32;
/// Settings of an API with one order of messages, whose confirms may come as late as the test wants.
const ONE_CONNECTION: [(&str, &str); 5] = [
    ("REGISTRAR_PUBLISH_CONNECTIONS", "1"),
    ("REGISTRAR_PUBLISH_QUEUE_TIMEOUT", "1m"),
    ("REGISTRAR_PUBLISH_CONFIRM_TIMEOUT", "1m"),
    ("REGISTRAR_REQUEST_TIMEOUT", "1m"),
    ("REGISTRAR_AMQP_HEARTBEAT_SECONDS", "60"),
];
const NOT_RECORDED: &str = "4bf92f3577b34da6a3ce929d0e0e4736";

#[tokio::test(flavor = "multi_thread")]
async fn registrations_of_one_message_have_a_whole_trace_each() {
    let observed = Observed::new().await;
    let servers = &observed.home.servers;
    let proxy = Proxy::to(&servers.amqp_url).await;
    let api = {
        let amqp_url = proxy.url(&servers.amqp_url);
        let servers = Servers { amqp_url, ..servers.clone() };
        let endpoint = observed.collector.endpoint();
        let settings = [&exporting(&endpoint)[..], &ONE_CONNECTION, &[TRUSTING]].concat();
        Api::start_with(&servers, &settings).await
    };
    let _worker = observed.worker().await;

    let oracle = Oracle::new(&servers.database_url);
    let registered = async |students: usize| {
        wait::until("all are registered, and none is confirmed", async || {
            (oracle.students().await == students).then_some(())
        })
        .await;
    };
    proxy.set(Traffic::Unanswered);
    let mut requests = JoinSet::new();
    for number in 0..ALONE + TOGETHER {
        let mut request = api.register(&Student::unique());
        let is_recorded = number % 8 != 0;
        if !is_recorded {
            request =
                request.header("traceparent", format!("00-{NOT_RECORDED}-00f067aa0ba902b7-00"));
        }
        requests.spawn(async move { (is_recorded, request.send().await.unwrap()) });
        if number < ALONE {
            registered(number + 1).await;
        }
    }
    registered(ALONE + TOGETHER).await;
    proxy.set(Traffic::Flowing);

    let mut messages = BTreeMap::<String, BTreeSet<String>>::new();
    let mut recorded = 0;
    while let Some(answered) = requests.join_next().await {
        let (is_recorded, response) = answered.unwrap();
        let body: Value = response.json().await.unwrap();
        if is_recorded {
            recorded += 1;
            let tree = observed.journey(body["reference"].as_str().unwrap(), 1).await;
            assert_eq!(tree.outline(), OUTLINE);
            let process = tree.only(PROCESS);
            let message = process.attribute("messaging.message.id").to_owned();
            messages.entry(message).or_default().insert(process.trace_id.clone());
        }
    }
    assert!(messages.len() <= ALONE + 1, "traces by the message they were in: {messages:?}");
    let traces = messages.values().map(BTreeSet::len).sum::<usize>();
    assert_eq!(traces, recorded, "a trace each: {messages:?}");
    assert!(observed.collector.trace(NOT_RECORDED).is_empty());
}
