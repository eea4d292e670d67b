//! The `registrar` command against a real API and a real database.

mod closed_output;
mod dead_letters;
mod doctor;
mod importing;
mod importing_again;
mod importing_badly;
mod keys;
mod lanes;
mod migrating;
mod status;

use registrar_tests::command;
use registrar_tests::command::Ended;

use crate::end_to_end::Home;

pub(crate) async fn registrar(arguments: &[&str], settings: &[(&str, &str)]) -> Ended {
    command::run("registrar-under-test", arguments, settings).await
}
