//! How the programs start and end.

mod api_draining;
mod api_stopping;
mod ports;
mod second_signal;
mod settings;
mod worker_stopping;

use registrar_tests::program::Program;

use crate::end_to_end::Home;

/// SIGTERM, and waits until the program has logged it.
async fn ask_to_stop(program: &mut Program) {
    program.terminate();
    program.logged("stopping: a signal asked for it; a second one ends at once").await;
}
