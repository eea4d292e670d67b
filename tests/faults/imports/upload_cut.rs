use std::time::Duration;

use registrar_storage::{MySqlStore, Pool};
use registrar_tests::api::Api;
use registrar_tests::worker::Worker;

use super::super::scene::play;
use super::{Importing, SOME, states};

#[tokio::test(flavor = "multi_thread")]
async fn an_upload_that_is_cut_off_goes_on_when_the_file_is_uploaded_again() {
    play(async |scene| {
        let _worker = Worker::start(&scene.servers).await;
        let mut importing = Importing::new(&scene).await;
        let upload = importing.imports.begins();
        importing.imports.decides(SOME).await;
        upload.break_off().await;
        importing.imports.uploads().await;
        importing.imports.uploads().await;
        let recovered_in = importing.load.recovers(&scene.oracle).await;
        let fault = "an upload cut off, and repeated twice";
        let imports = importing.verdict(&scene, fault, recovered_in).await;
        assert_eq!(states(&imports), ["broken_off", "finished", "finished"]);
        assert_eq!(imports[2].1.registered, 0, "all of it was there");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_api_killed_in_the_middle_of_an_upload_has_every_row_counted_once() {
    play(async |mut scene| {
        let _worker = Worker::start(&scene.servers).await;
        let mut importing = Importing::new(&scene).await;
        let upload = importing.imports.begins();
        importing.imports.decides(SOME).await;
        scene.api.program.kill();
        assert!(upload.end().await.is_none(), "nothing answers");
        importing.load.refuses(20).await;
        let address = scene.api.url.trim_start_matches("http://").to_owned();
        let settings = [("REGISTRAR_API_ADDRESS", address.as_str())];
        scene.api = Api::start_with(&scene.servers, &settings).await;
        let recovered_in = importing.load.recovers(&scene.oracle).await;
        importing.imports.uploads().await;
        // What came before is decided by then.
        importing.imports.is_done().await;
        find_broken_off(&Pool::new(&scene.servers.database_settings())).await;
        let fault = "API killed in the middle of an upload";
        let imports = importing.verdict(&scene, fault, recovered_in).await;
        assert_eq!(states(&imports), ["broken_off", "finished"]);
    })
    .await;
}

/// As a worker does after ten minutes.
async fn find_broken_off(pool: &Pool) {
    let store = MySqlStore::new(pool.clone());
    let silent = store.silent_imports(Duration::ZERO).await.unwrap();
    assert_eq!(store.mark_broken_off(&silent).await, Ok(1));
}
