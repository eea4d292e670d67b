use registrar_tests::wait;
use serde_json::json;

use super::{FINGERPRINT, Scene};

#[tokio::test(flavor = "multi_thread")]
async fn a_replay_stops_at_the_first_dead_letter_that_is_held_again() {
    let scene = Scene::with_held(12).await;
    let (code, result) = scene.json(&["replay", "--all"]).await;
    assert_eq!((code, &result["result"]), (Some(1), &json!("recurred")), "{result}");
    assert_eq!((&result["matched"], &result["replayed"]), (&json!(12), &json!(1)), "{result}");
    let again = json!([
        {"dead_letter": 1, "letter": 1, "hold_reason": "refused_by_database", "fingerprint": FINGERPRINT}
    ]);
    assert_eq!(result["recurred"], again);
    let tried = "dead_letters WHERE state = 'held' AND attempts = ";
    assert_eq!(scene.oracle.count(&format!("{tried} 2")).await, 1);
    assert_eq!(scene.oracle.count(&format!("{tried} 1")).await, 11);
    let recorded = "dead_letter_actions WHERE done = 1 AND result = 'recurred'";
    assert_eq!(scene.oracle.count(recorded).await, 1);
    let tally = scene.tally().await;
    assert_eq!((tally.on_hold, tally.doubled, tally.lost), (12, 0, 0), "{tally}");

    let ended = scene.dead_letters(&["replay", "--all"]).await;
    assert_eq!(
        ended.stdout,
        "Step 1 of 3: 1 replayed, 1 on hold again\n\
         Dead letter 1 is on hold again: refused_by_database mysql_1644\n\
         Stopped: fix the cause first. 11 dead letters were not replayed.\n"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_recurrence_in_a_later_step_leaves_the_rest_alone() {
    // Fewer in a batch than count as an error of the table when all of them are refused.
    let mut scene = Scene::with_held_and(1, &[("REGISTRAR_BATCH_ROWS", "5")]).await;
    scene.fix().await;
    scene.oracle.sql("ALTER TABLE students ADD CONSTRAINT d CHECK (last_name <> 'Byron')").await;
    let byron = || registrar_tests::student::Student {
        last_name: "Byron".to_owned(),
        ..registrar_tests::student::Student::unique()
    };
    for _ in 0..12 {
        scene.hold(&byron()).await;
    }
    let (code, result) = scene.json(&["replay", "--all"]).await;
    assert_eq!(code, Some(1), "{result}");
    assert_eq!((&result["replayed"], &result["registered"]), (&json!(11), &json!(1)), "{result}");
    // It stops at the first that is held again; the others of the step are held again later.
    let recurred = result["recurred"].as_array().unwrap().len();
    assert!((1..=10).contains(&recurred), "{result}");
    wait::until("the whole step is on hold again", async || {
        (scene.held().await == 12).then_some(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unreadable_message_comes_back_as_the_same_dead_letter() {
    let scene = Scene::with_held(0).await;
    scene.hold_unreadable("no uuid").await;
    let (code, result) = scene.json(&["replay", "1"]).await;
    assert_eq!(code, Some(1), "{result}");
    assert_eq!(result["recurred"][0]["fingerprint"], "undecodable:not JSON", "{result}");
    assert_eq!(scene.oracle.count("dead_letters").await, 1);
    let again = "dead_letters WHERE state = 'held' AND attempts = 2 AND payload = 'Ada 1815'";
    assert_eq!(scene.oracle.count(again).await, 1);
}
