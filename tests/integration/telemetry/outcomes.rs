use registrar_messaging::DEAD_LETTER;
use registrar_tests::student::Student;

use super::{INSERT, Observed, PROCESS, SEND, broker};

#[tokio::test(flavor = "multi_thread")]
async fn a_rejected_registration_has_a_whole_trace_that_says_so() {
    let observed = Observed::new().await;
    let (api, _worker) = (observed.api().await, observed.worker().await);
    let student = Student::unique();
    api.decided(&api.accepted(&student).await).await;
    let tree = observed.journey(&api.accepted(&student).await, 1).await;
    assert_eq!(tree.only(PROCESS).attribute("registration.outcome"), "rejected");
    assert_eq!(tree.only(INSERT).parent_id, tree.only(PROCESS).span_id);
    assert!(tree.spans().all(|span| !span.is_error), "a rejection is an answer:\n{tree}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dead_letter_keeps_the_trace_it_came_with() {
    let observed = Observed::new().await;
    let (api, _worker) = (observed.api().await, observed.worker().await);
    let database = observed.database().await;
    database.refuse("Refused").await;
    let student = Student { first_name: "Refused".to_owned(), ..Student::unique() };
    let tree = observed.journey(&api.accepted(&student).await, 1).await;
    let process = tree.only(PROCESS);
    assert_eq!(process.attribute("registration.outcome"), "on_hold");
    assert_eq!(process.attribute("error.type"), "refused_by_database");
    assert!(process.is_error);
    let sent = tree.only(SEND);
    let headers = database.headers_of_dead_letter().await;
    let traceparent = format!("00-{}-{}-01", sent.trace_id, sent.span_id);
    assert_eq!(headers["traceparent"], traceparent.as_str());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_beyond_the_delivery_limit_is_put_on_hold_within_its_trace() {
    let observed = Observed::new().await;
    let api = observed.api().await;
    let reference = api.accepted(&Student::unique()).await;
    broker::dead_letter_the_waiting(&observed.home.servers.amqp_url).await;
    let _worker = observed.worker().await;
    let tree = observed.journey(&reference, 1).await;
    let process = tree.only(&format!("process {DEAD_LETTER}"));
    assert_eq!(process.parent_id, tree.only(SEND).span_id);
    assert_eq!(process.attribute("registration.outcome"), "on_hold");
    assert_eq!(process.attribute("error.type"), "delivery_limit");
    let headers = observed.database().await.headers_of_dead_letter().await;
    assert!(headers["traceparent"].as_str().unwrap().contains(&process.trace_id));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_that_cannot_be_read_keeps_its_trace_too() {
    let observed = Observed::new().await;
    let _worker = observed.worker().await;
    let (trace_id, span_id) = ("0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331");
    let traceparent = format!("00-{trace_id}-{span_id}-01");
    broker::publish(&observed.home.servers.amqp_url, "no JSON", &traceparent).await;
    let process = observed
        .collector
        .until("it is on hold", |spans| spans.iter().find(|span| span.name == PROCESS).cloned())
        .await;
    assert_eq!((process.trace_id.as_str(), process.parent_id.as_str()), (trace_id, span_id));
    assert_eq!(process.attribute("registration.outcome"), "on_hold");
    assert_eq!(process.attribute("error.type"), "undecodable");
    let headers = observed.database().await.headers_of_dead_letter().await;
    assert_eq!(headers["traceparent"], traceparent.as_str());
}
