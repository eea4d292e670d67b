use registrar_tests::student::Student;
use registrar_tests::wait;
use serde_json::json;
use sqlx::Executor as _;
use sqlx::mysql::MySqlPool;

use super::{FINGERPRINT, Scene, mallory};

#[tokio::test(flavor = "multi_thread")]
async fn a_replay_after_a_fix_begins_with_a_few_and_registers_all() {
    let scene = Scene::with_held(13).await;
    scene.fix().await;
    let dry = scene.dead_letters(&["replay", "--fingerprint", FINGERPRINT, "--dry-run"]).await;
    assert_eq!(dry.code, Some(0), "{dry:?}");
    let plan = "Would replay 13 dead letters, in steps of 1, 10, 2. Nothing was done.\n";
    assert!(dry.stdout.ends_with(plan), "{dry:?}");
    assert_eq!((scene.held().await, scene.oracle.count("dead_letter_actions").await), (13, 0));

    let ended = scene
        .dead_letters(&["replay", "--fingerprint", FINGERPRINT, "--reason=dropped the constraint"])
        .await;
    assert_eq!((ended.code, ended.stderr.as_str()), (Some(0), ""), "{ended:?}");
    assert_eq!(
        ended.stdout,
        "Step 1 of 3: 1 replayed, 1 registered\n\
         Step 2 of 3: 11 replayed, 11 registered\n\
         Step 3 of 3: 13 replayed, 13 registered\n\
         Done.\n"
    );
    let tally = scene.tally().await;
    assert_eq!((tally.registered, tally.doubled, tally.lost), (13, 0, 0), "{tally}");
    let marked = "dead_letters WHERE state = 'replayed' AND state_by = 'olga' \
                  AND state_reason = 'dropped the constraint'";
    assert_eq!(scene.oracle.count(marked).await, 13);
    let recorded = "dead_letter_actions WHERE action = 'replay' AND matched = 13 AND done = 13 \
                    AND result = 'done' AND ended_at IS NOT NULL";
    assert_eq!(scene.oracle.count(recorded).await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_replay_is_refused_unless_a_filter_says_which() {
    let scene = Scene::with_held(1).await;
    for command in [&["replay"][..], &["discard", "--reason=x"], &["replay", "--all", "1"]] {
        let ended = scene.dead_letters(command).await;
        assert_eq!((ended.code, ended.stdout.as_str()), (Some(2), ""), "{ended:?}");
        assert!(ended.stderr.contains("--all"), "{ended:?}");
    }
    assert_eq!(scene.held().await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rejection_is_a_success_too() {
    let mut scene = Scene::with_held(0).await;
    let student = mallory();
    scene.hold(&student).await;
    let other = Student { email: student.email.clone(), ..Student::unique() };
    let other = scene.api.accepted(&other).await;
    assert_eq!(scene.api.decided(&other).await["status"], "registered");
    scene.fix().await;
    let (code, result) = scene.json(&["replay", &scene.references[0]]).await;
    assert_eq!(
        (code, &result["rejected"], &result["result"]),
        (Some(0), &json!(1), &json!("done"))
    );
    let tally = scene.tally().await;
    assert_eq!((tally.rejected, tally.doubled), (1, 0), "{tally}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_decided_already_stays_as_it_is() {
    let scene = Scene::with_held(2).await;
    scene.fix().await;
    assert_eq!(scene.dead_letters(&["replay", "--all"]).await.code, Some(0));
    let again = scene.json(&["replay", "--all", "--state=replayed"]).await;
    assert_eq!((again.0, &again.1["registered"]), (Some(0), &json!(2)), "{again:?}");
    let tally = scene.tally().await;
    assert_eq!((tally.registered, tally.doubled, tally.emails_twice), (2, 0, 0), "{tally}");
    assert_eq!(scene.oracle.students().await, 2);
}

/// As when the command is killed between the broker's confirm and the mark.
#[tokio::test(flavor = "multi_thread")]
async fn a_dead_letter_that_was_replayed_and_not_marked_counts_as_released_once_it_is_registered() {
    let scene = Scene::with_held(1).await;
    scene.fix().await;
    let admin = MySqlPool::connect(&scene.home.servers.database_url).await.unwrap();
    let mut lock = admin.acquire().await.unwrap().detach();
    lock.execute("BEGIN").await.unwrap();
    lock.execute("SELECT id FROM dead_letters FOR UPDATE").await.unwrap();
    let ended = scene.dead_letters(&["replay", "--all"]).await;
    assert_eq!(ended.code, Some(2), "{ended:?}");
    assert!(ended.stdout.contains("Stopped: the same command goes on."), "{ended:?}");
    wait::until("the student is registered", async || {
        (scene.oracle.students().await == 1).then_some(())
    })
    .await;
    lock.execute("ROLLBACK").await.unwrap();
    let listed = scene.dead_letters(&["list"]).await;
    assert_eq!(listed.stdout, "Nothing is on hold.\n", "{listed:?}");
    let (_, released) = scene.json(&["list", "--state=replayed"]).await;
    assert_eq!(released[0]["dead_letters"], json!(1), "{released}");
    let tally = scene.tally().await;
    assert_eq!((tally.registered, tally.doubled), (1, 0), "{tally}");
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_worker_a_replay_stops_waiting_and_nothing_is_lost() {
    let mut scene = Scene::with_held(2).await;
    scene.fix().await;
    // Killed, it could leave an ack behind, and the next worker would register what it gets again.
    assert!(scene.worker.program.stop(wait::TIMEOUT));
    let (code, result) = scene.json(&["replay", "--all", "--wait=300ms"]).await;
    assert_eq!((code, &result["result"]), (Some(3), &json!("undecided")), "{result}");
    assert_eq!((&result["replayed"], &result["undecided"]), (&json!(1), &json!([1])), "{result}");
    let _worker = registrar_tests::worker::Worker::start(&scene.home.servers).await;
    let (code, result) = scene.json(&["replay", "--all"]).await;
    assert_eq!((code, &result["registered"]), (Some(0), &json!(1)), "the other one: {result}");
    let tally = scene.tally().await;
    assert_eq!((tally.registered, tally.lost, tally.doubled), (2, 0, 0), "{tally}");
}

#[tokio::test(flavor = "multi_thread")]
async fn without_rabbitmq_nothing_is_begun() {
    let scene = Scene::with_held(1).await;
    // Port 9 is discard, where nothing listens.
    let unreachable = [("AMQP_URL", "amqp://guest:guest@127.0.0.1:9")];
    let ended = scene.dead_letters_with(&["replay", "--all"], &unreachable).await;
    assert_eq!((ended.code, ended.stdout.as_str()), (Some(2), ""), "{ended:?}");
    assert!(ended.stderr.starts_with("Nothing was replayed: "), "{ended:?}");
    assert_eq!((scene.held().await, scene.oracle.count("dead_letter_actions").await), (1, 0));
}
