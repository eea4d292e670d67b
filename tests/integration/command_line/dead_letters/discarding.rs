use serde_json::json;

use super::{FINGERPRINT, Scene};

#[tokio::test(flavor = "multi_thread")]
async fn what_is_discarded_is_kept_and_can_be_taken_back() {
    let scene = Scene::with_held(3).await;
    let filter = ["discard", "--fingerprint", FINGERPRINT];
    let missing = scene.dead_letters(&filter).await;
    assert_eq!(missing.code, Some(2), "{missing:?}");
    assert!(missing.stderr.contains("--reason"), "{missing:?}");

    let discard = [&filter[..], &["--reason=test data"]].concat();
    let dry = scene.dead_letters(&[&discard[..], &["--dry-run"]].concat()).await;
    assert!(dry.stdout.ends_with("Would discard 3 dead letters. Nothing was done.\n"), "{dry:?}");
    assert_eq!((scene.held().await, scene.oracle.count("dead_letter_actions").await), (3, 0));

    let (code, result) = scene.json(&discard).await;
    assert_eq!((code, &result["discarded"]), (Some(0), &json!(3)), "{result}");
    let marked = "dead_letters WHERE state = 'discarded' AND state_by = 'olga' \
                  AND state_reason = 'test data'";
    assert_eq!(scene.oracle.count(marked).await, 3);
    let recorded = "dead_letter_actions WHERE action = 'discard' AND reason = 'test data' \
                    AND operator = 'olga' AND matched = 3 AND done = 3 AND result = 'done'";
    assert_eq!(scene.oracle.count(recorded).await, 1);
    assert_eq!(scene.api.status(&scene.references[0]).await["status"], "on_hold");
    let again = scene.dead_letters(&discard).await;
    assert_eq!((again.code, again.stderr.as_str()), (Some(4), "No held dead letter matches.\n"));

    scene.fix().await;
    let (code, result) = scene.json(&["replay", "--all", "--state=discarded"]).await;
    assert_eq!((code, &result["registered"]), (Some(0), &json!(3)), "{result}");
    let tally = scene.tally().await;
    assert_eq!((tally.registered, tally.doubled), (3, 0), "{tally}");
}
