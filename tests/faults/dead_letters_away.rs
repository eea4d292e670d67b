use registrar_tests::other_session::OtherSession;
use registrar_tests::student::Student;
use registrar_tests::wait;
use registrar_tests::worker::Worker;
use tokio::task::block_in_place;

use super::lock_waits::waits_in_vain;
use super::scene::{REFUSED_BY_DATABASE, Scene, play};

const LANE: &str = "registrations.interactive";

fn poison() -> Student {
    Student { first_name: REFUSED_BY_DATABASE.to_owned(), ..Student::unique() }
}

#[tokio::test(flavor = "multi_thread")]
async fn without_the_table_of_dead_letters_nothing_is_acked_until_it_is_back() {
    play(async |scene| {
        scene.refuse_rows().await;
        let worker = Worker::start(&scene.servers).await;
        let load = scene.load();
        load.accepts(300).await;
        scene.oracle.sql("RENAME TABLE dead_letters TO elsewhere").await;
        let poison = scene.accepted(&poison()).await;
        let paused = r#"registration_worker_paused{lane="interactive"}"#;
        wait::until("the worker consumes no more", async || {
            (worker.counted(paused).await == 1).then_some(())
        })
        .await;
        let (settled, before) = (scene.oracle.students().await, load.accepted());
        load.accepts(500).await;
        assert_eq!(scene.oracle.students().await, settled, "nothing is taken");
        let came = u64::try_from(load.accepted() - before).unwrap();
        has_waiting(&scene, came + 1).await;

        scene.oracle.sql("RENAME TABLE elsewhere TO dead_letters").await;
        let recovered_in = load.recovers(&scene.oracle).await;
        let answers = load.stop().await.and(&[poison]);
        let tally = scene.verdict_on("the table dead_letters missing", answers, recovered_in).await;
        assert_eq!(tally.on_hold, 1, "{tally}");
        assert_eq!(scene.oracle.dead_letters(1).await.len(), 1);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dead_letter_that_waits_for_a_lock_is_held_once_when_that_is_gone() {
    play(async |scene| {
        scene.refuse_rows().await;
        let worker = Worker::start(&scene.servers).await;
        let load = scene.load();
        load.accepts(300).await;
        let mut other_session = OtherSession::connect(&scene.servers.database_url).await;
        other_session.sql("LOCK TABLES dead_letters WRITE").await;
        let poison = scene.accepted(&poison()).await;
        waits_in_vain(&worker, 2).await;
        other_session.sql("UNLOCK TABLES").await;
        let recovered_in = load.recovers(&scene.oracle).await;
        let answers = load.stop().await.and(&[poison]);
        let tally = scene.verdict_on("the table dead_letters locked", answers, recovered_in).await;
        assert_eq!(tally.on_hold, 1, "{tally}");
        assert_eq!(scene.oracle.dead_letters(1).await.len(), 1);
    })
    .await;
}

async fn has_waiting(scene: &Scene, messages: u64) {
    let management = scene.pair.broker.management();
    wait::until("the lane has all that was accepted", async || {
        let queues = block_in_place(|| management.list_queues("/")).ok()?;
        let lane = queues.iter().find(|queue| queue.name == LANE)?;
        (lane.messages >= messages).then_some(())
    })
    .await;
}
