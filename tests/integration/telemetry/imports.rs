use std::fmt::Write as _;

use registrar_tests::trace_tree::TraceTree;
use reqwest::StatusCode;

use super::{INSERT, Observed};
use crate::imports::create_key;

const SEND_CHUNK: &str = "send registrations:bulk";
const PROCESS_CHUNK: &str = "process registrations:bulk:registrations.bulk";
const SEND_MANIFEST: &str = "send registrations:interactive";
const PROCESS_MANIFEST: &str = "process registrations:interactive:registrations.interactive";
/// One more than a chunk has.
const ROWS: usize = 501;

#[tokio::test(flavor = "multi_thread")]
async fn an_import_is_one_trace_with_a_span_for_each_chunk_and_without_what_is_in_it() {
    let observed = Observed::new().await;
    let (api, worker) = (observed.api().await, observed.worker().await);
    let key = create_key(&observed.home, "north-school", None).await;
    let mut file = "first_name,last_name,email\n".to_owned();
    for row in 0..ROWS {
        writeln!(file, "Zebedee,Quux,zebedee{row}@example.com").unwrap();
    }
    file.push_str("Zebedee,,nothing\n");
    let upload = api.client.post(format!("{}/imports?file_name=zebedee.csv", api.url));
    let answer = upload.bearer_auth(key).body(file).send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::ACCEPTED);

    let what = "the trace of the import is exported";
    let tree = observed
        .collector
        .until(what, |spans| {
            let request = spans.iter().find(|span| span.name == "POST /imports")?;
            let trace = spans.iter().filter(|span| span.trace_id == request.trace_id);
            let tree = TraceTree::new(trace.cloned().collect());
            let is_whole =
                tree.named(PROCESS_CHUNK).len() == 2 && tree.named(PROCESS_MANIFEST).len() == 1;
            is_whole.then_some(tree)
        })
        .await;
    println!("{tree}");
    let names = [SEND_CHUNK, PROCESS_CHUNK, INSERT, SEND_MANIFEST, PROCESS_MANIFEST];
    assert_eq!(names.map(|name| tree.named(name).len()), [2, 2, 2, 1, 1]);
    let registered = tree.named(PROCESS_CHUNK).into_iter();
    let registered = registered.map(|span| span.attribute("registration.rows.registered"));
    assert_eq!(registered.map(|rows| rows.parse::<usize>().unwrap()).sum::<usize>(), ROWS);
    for span in tree.spans() {
        assert!(!format!("{span:?}").to_lowercase().contains("zebedee"), "{span:?}");
    }
    let accepted = api.counted("registration_import_rows_accepted_total").await;
    assert_eq!(accepted, ROWS + 1, "with the invalid row");
    for metrics in [api.metrics().await, worker.metrics().await] {
        assert!(!metrics.contains("zebedee") && !metrics.contains("north-school"), "{metrics}");
    }
}
