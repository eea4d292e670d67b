//! Ctrl-C and SIGTERM.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use std::{process, thread};

use anyhow::{Context, Result};
use tokio::runtime;
use tokio::signal::unix::{SignalKind, signal};

pub(crate) const CHECK_INTERVAL: Duration = Duration::from_millis(500);

/// Whether someone asked to stop. Asked twice, the process ends at once, and with it all that it
/// started.
pub(crate) struct Interrupt(Arc<AtomicBool>);

impl Interrupt {
    pub(crate) fn listen() -> Result<Self> {
        let runtime = runtime::Builder::new_current_thread().enable_io().build()?;
        let (mut ctrl_c, mut terminate) = {
            let _guard = runtime.enter();
            (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?)
        };
        let asked = Arc::new(AtomicBool::new(false));
        let interrupt = Self(Arc::clone(&asked));
        let listen = async move {
            loop {
                tokio::select! { _ = ctrl_c.recv() => (), _ = terminate.recv() => () }
                if asked.swap(true, Ordering::Relaxed) {
                    process::exit(130);
                }
            }
        };
        thread::Builder::new()
            .name("interrupt".to_owned())
            .spawn(move || runtime.block_on(listen))
            .context("Could not listen to Ctrl-C")?;
        Ok(interrupt)
    }

    pub(crate) fn is_set(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}
