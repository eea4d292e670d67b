use registrar_tests::lost_replies::LostReplies;
use registrar_tests::servers::Servers;
use registrar_tests::wait;
use registrar_tests::worker::Worker;

use super::scene::play;

/// Only statements that insert students carry their names.
const IN_INSERTS: &[u8] = b"Lovelace";

#[tokio::test(flavor = "multi_thread")]
async fn a_commit_whose_reply_is_lost_is_found_and_counted_once() {
    play(async |scene| {
        let proxy = LostReplies::start(&scene.servers.database_url, IN_INSERTS, 3).await;
        let database_url = proxy.url(&scene.servers.database_url);
        let worker = Worker::start(&Servers { database_url, ..scene.servers.clone() }).await;
        let load = scene.load();
        wait::until("many replies are lost", async || (proxy.lost() >= 50).then_some(())).await;
        proxy.lose_no_more();
        let recovered_in = load.recovers(&scene.oracle).await;
        scene.verdict("replies to commits lost", load, recovered_in).await;
        let unchanged =
            r#"registration_outcomes_total{code="",lane="interactive",outcome="unchanged"}"#;
        assert!(
            worker.counted(unchanged).await >= proxy.lost(),
            "each was found by its next attempt"
        );
    })
    .await;
}
