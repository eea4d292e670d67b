use registrar_tests::worker::Worker;

use super::super::scene::play;
use super::{Importing, states};

const SETTINGS: [(&str, &str); 1] = [("REGISTRAR_BULK_WRITERS", "3")];

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_is_uploaded_twice_at_once_registers_each_student_once() {
    play(async |scene| {
        let _worker = Worker::start_with(&scene.servers, &SETTINGS).await;
        let _another = Worker::start_with(&scene.servers, &SETTINGS).await;
        let mut importing = Importing::new(&scene).await;
        let uploads = [importing.imports.begins(), importing.imports.begins()];
        importing.imports.ends(uploads).await;
        let recovered_in = importing.load.recovers(&scene.oracle).await;
        let fault = "two uploads of one file at once";
        let imports = importing.verdict(&scene, fault, recovered_in).await;
        assert_eq!(states(&imports), ["finished", "finished"]);
    })
    .await;
}
