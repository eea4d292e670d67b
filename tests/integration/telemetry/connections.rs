use registrar_tests::student::Student;
use registrar_tests::wait;

use super::{INSERT, Observed};

const CREATE: &str = "create_db_connection";

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_that_an_insert_had_to_open_is_in_the_trace_of_the_registration() {
    let observed = Observed::new().await;
    let (api, _worker) = (observed.api().await, observed.worker().await);
    let database = observed.database().await;
    let tree = wait::until("an insert has opened a connection", async || {
        database.kill_connections().await;
        let tree = observed.journey(&api.accepted(&Student::unique()).await, 1).await;
        // Or else something that a worker does every few seconds was faster.
        (!tree.named(CREATE).is_empty()).then_some(tree)
    })
    .await;
    println!("{tree}");
    let opening = tree.only(CREATE);
    // A connection that was just used is not pinged: the next attempt finds that it is cut.
    let attempts = tree.named(INSERT);
    assert!((1..=2).contains(&attempts.len()), "{tree}");
    assert_eq!(opening.parent_id, attempts[attempts.len() - 1].span_id, "{tree}");
    assert_eq!(opening.kind.as_str_name(), "SPAN_KIND_CLIENT");
    assert_eq!(opening.attribute("db.system.name"), "mysql");
    assert!(observed.home.servers.database_url.ends_with(opening.attribute("db.namespace")));
    assert!(!opening.attribute("server.address").is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_that_is_opened_for_no_request_is_a_trace_of_its_own() {
    let observed = Observed::new().await;
    let (_api, _worker) = (observed.api().await, observed.worker().await);
    for service in ["registrar-api", "registrar-worker"] {
        let opening = observed
            .collector
            .until("a connection is opened at the start", |spans| {
                let mut opening = spans.iter().filter(|span| span.name == CREATE);
                opening.find(|span| span.service == service).cloned()
            })
            .await;
        assert_eq!(opening.parent_id, "");
    }
}
