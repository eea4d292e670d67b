use registrar_tests::api::Api;
use registrar_tests::worker::Worker;

use super::scene::play;

#[tokio::test(flavor = "multi_thread")]
async fn an_api_killed_while_publishing_loses_nothing_that_it_accepted() {
    play(async |mut scene| {
        let _worker = Worker::start(&scene.servers).await;
        let load = scene.load();
        load.accepts(500).await;
        scene.api.program.kill();
        load.refuses(20).await;
        let address = scene.api.url.strip_prefix("http://").unwrap().to_owned();
        let settings = [("REGISTRAR_API_ADDRESS", address.as_str())];
        scene.api = Api::start_with(&scene.servers, &settings).await;
        let recovered_in = load.recovers(&scene.oracle).await;
        load.accepts(500).await;
        scene.verdict("API killed while publishing", load, recovered_in).await;
    })
    .await;
}
