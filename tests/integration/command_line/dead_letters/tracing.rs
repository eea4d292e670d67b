use registrar_tests::collector::{Collector, Span};

use super::Scene;

const SEND: &str = "send registrations:interactive";
const PROCESS: &str = "process registrations:interactive:registrations.interactive";

/// Settings of a process that exports at once.
fn exporting(endpoint: &str) -> [(&'static str, &str); 2] {
    [("OTEL_EXPORTER_OTLP_ENDPOINT", endpoint), ("OTEL_BSP_SCHEDULE_DELAY", "50")]
}

/// The span of the second delivery, which registered the student.
async fn registered(collector: &Collector) -> Span {
    let is_it = |span: &&Span| {
        span.name == PROCESS
            && span.attributes.get("registration.outcome").is_some_and(|it| it == "registered")
    };
    let what = "the second delivery is exported";
    collector.until(what, |spans| spans.iter().find(is_it).cloned()).await
}

async fn original_trace(scene: &Scene) -> String {
    let (_, dead_letters) = scene.json(&["show", "1"]).await;
    dead_letters[0]["trace_id"].as_str().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_replay_is_a_trace_of_its_own_that_links_to_the_original_one() {
    let collector = Collector::start().await;
    let endpoint = collector.endpoint();
    let scene = Scene::with_held_and(1, &exporting(&endpoint)).await;
    let original = original_trace(&scene).await;
    scene.fix().await;
    let ended = scene.dead_letters_with(&["replay", "--all"], &exporting(&endpoint)).await;
    assert_eq!(ended.code, Some(0), "{ended:?}");

    let processed = registered(&collector).await;
    let is_replay = |span: &&Span| span.name == SEND && span.service == "registrar";
    let what = "the replay's span is exported";
    let sent = collector.until(what, |spans| spans.iter().find(is_replay).cloned()).await;
    assert_eq!((sent.parent_id.as_str(), sent.links.len()), ("", 1));
    assert_eq!(sent.links[0].0, original);
    assert_eq!(sent.attribute("registration.dead_letter"), "1");
    assert_eq!((&processed.trace_id, &processed.parent_id), (&sent.trace_id, &sent.span_id));
    assert_ne!(sent.trace_id, original);
    let text = collector.text();
    assert!(!text.contains("Mallory") && !text.contains("example.com"), "{text}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_replay_that_is_not_recorded_stays_in_the_original_trace() {
    let collector = Collector::start().await;
    let endpoint = collector.endpoint();
    let scene = Scene::with_held_and(1, &exporting(&endpoint)).await;
    let original = original_trace(&scene).await;
    scene.fix().await;
    let ended = scene.dead_letters(&["replay", "--all"]).await;
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert_eq!(registered(&collector).await.trace_id, original);
}
