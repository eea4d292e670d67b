use registrar_tests::api::Api;
use registrar_tests::load::Load;
use registrar_tests::worker::Worker;

use super::scene::{CROWD, ONE_CONNECTION, play_with};

#[tokio::test(flavor = "multi_thread")]
async fn an_api_killed_while_publishing_loses_nothing_that_it_accepted() {
    play_with(&[ONE_CONNECTION], async |mut scene| {
        let _worker = Worker::start(&scene.servers).await;
        let load = Load::start_mixed(&scene.api.url, CROWD);
        load.accepts(500).await;
        scene.has_received_groups(&load).await;
        scene.api.program.kill();
        load.refuses(20).await;
        let address = scene.api.url.strip_prefix("http://").unwrap().to_owned();
        let settings = [ONE_CONNECTION, ("REGISTRAR_API_ADDRESS", address.as_str())];
        scene.api = Api::start_with(&scene.servers, &settings).await;
        let recovered_in = load.recovers(&scene.oracle).await;
        load.accepts(500).await;
        scene.verdict("API killed while publishing", load, recovered_in).await;
    })
    .await;
}
