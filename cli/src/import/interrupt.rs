//! What a person reads who presses Ctrl-C.

use std::path::PathBuf;
use std::process;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::{fs, io, thread};

use indicatif::ProgressBar;
use registrar_runtime::output::print_error;
use tokio::signal::unix::{SignalKind, signal};

/// What a shell shows of a process that SIGINT ended (128 + 2).
const EXIT_INTERRUPTED: i32 = 130;

/// Ends the process at SIGINT and SIGTERM, with a sentence that says what has happened and how to go
/// on.
#[derive(Clone, Default)]
pub(super) struct Interrupt(Arc<Mutex<State>>);

#[derive(Default)]
struct State {
    sentence: String,
    bar: Option<ProgressBar>,
    temporary: Option<PathBuf>,
}

impl Interrupt {
    pub(super) fn install() -> io::Result<Self> {
        let interrupt = Self::default();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let (mut interrupted, mut terminated) = {
            let _inside = runtime.enter();
            (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?)
        };
        let seen = interrupt.clone();
        thread::Builder::new().name("signals".to_owned()).spawn(move || {
            runtime.block_on(async {
                tokio::select! {
                    _ = interrupted.recv() => {}
                    _ = terminated.recv() => {}
                }
            });
            seen.end();
        })?;
        Ok(interrupt)
    }

    /// What to say from now on.
    pub(super) fn say(&self, sentence: String) {
        self.state().sentence = sentence;
    }

    pub(super) fn set_bar(&self, bar: Option<ProgressBar>) {
        self.state().bar = bar;
    }

    /// A file that is to be removed.
    pub(super) fn set_temporary(&self, path: Option<PathBuf>) {
        self.state().temporary = path;
    }

    fn end(&self) -> ! {
        let state = self.state();
        if let Some(path) = &state.temporary {
            // It may be gone already.
            let _ = fs::remove_file(path);
        }
        if let Some(bar) = &state.bar {
            bar.finish_and_clear();
        }
        print_error(format_args!("Interrupted. {}", state.sentence));
        process::exit(EXIT_INTERRUPTED)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
