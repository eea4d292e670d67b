use std::time::Duration;

use registrar_tests::api::Api;
use registrar_tests::load::Load;
use registrar_tests::process::resident_memory_mib;
use registrar_tests::proxy::Traffic;
use registrar_tests::wait;
use registrar_tests::worker::Worker;

use super::scene::play;

const CROWD: usize = 200;
const TIMEOUT: Duration = Duration::from_millis(100);
/// In each direction to the broker, so that no client with a short timeout sees an answer.
const DELAY: Duration = Duration::from_millis(100);
/// What an allocator may keep by chance; three kilobytes of each request would be more.
const FLAT_WITHIN_MIB: f64 = 8.0;
const WINDOW_IN_USE: &str = "registration_publish_window_in_use";

#[tokio::test(flavor = "multi_thread")]
async fn clients_that_hang_up_keep_no_permit_of_the_window_and_no_memory() {
    play(async |scene| {
        let _worker = Worker::start(&scene.servers).await;
        let (servers, proxy) = scene.through_a_proxy().await;
        let api = Api::start(&servers).await;
        proxy.set(Traffic::Late(DELAY));
        let load = Load::start_with_timeout(&api.url, CROWD, TIMEOUT);
        load.refuses(500).await;
        let early = resident_memory_mib(api.program.pid());
        wait::until("places in the window are in use", async || {
            (api.counted(WINDOW_IN_USE).await > 0).then_some(())
        })
        .await;
        load.refuses(3_000).await;
        let late = resident_memory_mib(api.program.pid());
        assert!(late < early + FLAT_WITHIN_MIB, "{early} MiB grew to {late}");
        proxy.set(Traffic::Flowing);
        let recovered_in = load.recovers(&scene.oracle).await;
        scene.verdict("clients that hang up", load, recovered_in).await;
        wait::until("all places in the window are free", async || {
            (api.counted(WINDOW_IN_USE).await == 0).then_some(())
        })
        .await;
    })
    .await;
}
