use registrar_tests::student::Student;

use super::{INSERT, Observed, PROCESS, together};

#[tokio::test(flavor = "multi_thread")]
async fn registrations_of_one_batch_have_a_trace_each_and_share_the_batch() {
    let observed = Observed::new().await;
    let api = observed.api().await;
    // A worker begins with one message (probing), and reads whole batches after it.
    api.accepted(&Student::unique()).await;
    let mut references = Vec::new();
    for _ in 0..5 {
        references.push(api.accepted(&Student::unique()).await);
    }
    let _worker = observed.worker_with(&together("5")).await;

    let mut processes = Vec::new();
    for reference in &references {
        let tree = observed.journey(reference, 1).await;
        assert_eq!(tree.only(INSERT).parent_id, tree.only(PROCESS).span_id);
        assert_eq!(tree.only(INSERT).attribute("registration.batch_rows"), "5");
        processes.push(tree.only(PROCESS).clone());
    }
    let batch = observed.batch_of(&processes[0]).await;
    assert!(processes.iter().all(|process| process.links == [batch.context()]));
    let linked: Vec<_> = processes.iter().map(registrar_tests::collector::Span::context).collect();
    assert_eq!(batch.links, linked, "in the order in which they came");
    assert_eq!(batch.attribute("messaging.batch.message_count"), "5");
    let mut traces: Vec<_> = processes.iter().map(|process| &process.trace_id).collect();
    traces.push(&batch.trace_id);
    traces.sort();
    traces.dedup();
    assert_eq!(traces.len(), 6);
}
