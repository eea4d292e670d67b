//! A file is imported while students register.

mod cancelled;
mod redelivered;
mod servers_away;
mod two_at_once;
mod upload_cut;
mod worker_killed;

use std::time::Duration;

use registrar_domain::RegistrationId;
use registrar_tests::imports::{ImportLoad, RowCounts, StudentFile};
use registrar_tests::load::Load;
use registrar_tests::student::Student;
use registrar_tests::wait;

use super::scene::{REFUSED_BY_DATABASE, Scene};

/// A dozen chunks.
const ROWS: usize = 6_000;
/// Of the half that is sent first.
const SOME: usize = 1_000;

/// An importer and the load beside it.
struct Importing {
    imports: ImportLoad,
    load: Load,
    /// The student of the form who is in the file too.
    registered: RegistrationId,
}

impl Importing {
    /// Needs a worker, for the student who is registered before.
    async fn new(scene: &Scene) -> Self {
        scene.refuse_rows().await;
        let student = Student::unique();
        let registered = scene.accepted(&student).await;
        wait::until("a student is registered", async || {
            scene.oracle.is_decided(registered).await.then_some(())
        })
        .await;
        let file = StudentFile::new(ROWS, &student, REFUSED_BY_DATABASE);
        let imports = ImportLoad::start(&scene.servers, &scene.api.url, file).await;
        let load = scene.load();
        load.accepts(100).await;
        Self { imports, load, registered }
    }

    /// As [`Scene::verdict`], with the rows of the imports; the state and counts of each, the oldest
    /// first.
    async fn verdict(
        self,
        scene: &Scene,
        fault: &str,
        recovered_in: Duration,
    ) -> Vec<(String, RowCounts)> {
        let on_hold = self.imports.file().refused();
        let answers = self.load.stop().await.and(&[self.registered]);
        let imported = self.imports.stop(&scene.oracle).await;
        let answers = answers.and_imported(&imported);
        let tally = scene.verdict_on(fault, answers, recovered_in).await;
        assert_eq!(tally.on_hold, 0, "{fault}: {tally}");
        assert_eq!(scene.oracle.dead_letters(on_hold).await.len(), on_hold);
        imported.imports
    }
}

fn states(imports: &[(String, RowCounts)]) -> Vec<&str> {
    imports.iter().map(|(state, _)| state.as_str()).collect()
}
