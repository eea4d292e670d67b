use registrar_tests::worker::Worker;

use super::super::scene::play;
use super::{Importing, ROWS, SOME, states};

#[tokio::test(flavor = "multi_thread")]
async fn an_import_cancelled_in_the_middle_registers_no_more_and_a_later_one_registers_the_rest() {
    play(async |scene| {
        let _worker = Worker::start(&scene.servers).await;
        let mut importing = Importing::new(&scene).await;
        let upload = importing.imports.begins();
        importing.imports.decides(SOME).await;
        importing.imports.cancels().await;
        importing.imports.ends([upload]).await;
        importing.imports.decides(ROWS).await;
        importing.imports.uploads().await;
        let recovered_in = importing.load.recovers(&scene.oracle).await;
        let fault = "an import cancelled in the middle, and repeated";
        let imports = importing.verdict(&scene, fault, recovered_in).await;
        assert_eq!(states(&imports), ["cancelled", "finished"]);
        let [cancelled, later] = [imports[0].1, imports[1].1];
        assert!(cancelled.registered >= SOME / 2 && cancelled.rejected >= ROWS / 3, "{cancelled}");
        assert!(later.registered >= ROWS / 3, "{later}");
    })
    .await;
}
