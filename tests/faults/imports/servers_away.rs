use registrar_tests::worker::Worker;
use tokio::task::block_in_place;

use super::super::scene::play;
use super::{Importing, SOME, states};

const SETTINGS: [(&str, &str); 1] = [("REGISTRAR_DATABASE_CONNECT_TIMEOUT", "2s")];

#[tokio::test(flavor = "multi_thread")]
async fn a_file_is_accepted_while_mysql_is_stopped_and_registered_afterwards() {
    play(async |mut scene| {
        let _worker = Worker::start_with(&scene.servers, &SETTINGS).await;
        let mut importing = Importing::new(&scene).await;
        let upload = importing.imports.begins();
        importing.imports.decides(SOME).await;
        block_in_place(|| scene.pair.database.stop()).unwrap();
        importing.imports.ends([upload]).await;
        importing.load.accepts(100).await;
        block_in_place(|| scene.pair.database.start_again()).unwrap();
        let recovered_in = importing.load.recovers(&scene.oracle).await;
        let fault = "MySQL stopped in the middle of an import";
        let imports = importing.verdict(&scene, fault, recovered_in).await;
        assert_eq!(states(&imports), ["finished"]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_upload_goes_on_when_the_broker_was_restarted_in_the_middle_of_it() {
    play(async |mut scene| {
        let _worker = Worker::start(&scene.servers).await;
        let mut importing = Importing::new(&scene).await;
        let upload = importing.imports.begins();
        importing.imports.decides(SOME).await;
        block_in_place(|| scene.pair.broker.restart()).unwrap();
        importing.imports.ends([upload]).await;
        let recovered_in = importing.load.recovers(&scene.oracle).await;
        let fault = "broker restarted in the middle of an upload";
        let imports = importing.verdict(&scene, fault, recovered_in).await;
        assert_eq!(states(&imports), ["finished"]);
    })
    .await;
}
