//! Ctrl-C and SIGTERM.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::flag;

pub(crate) const CHECK_INTERVAL: Duration = Duration::from_millis(500);

const EXIT_AT_ONCE: i32 = 130;

/// Whether someone asked to stop. Asked twice, the process ends at once, and with it all that it
/// started.
pub(crate) struct Interrupt(Arc<AtomicBool>);

impl Interrupt {
    pub(crate) fn listen() -> io::Result<Self> {
        let asked = Arc::default();
        for signal in [SIGINT, SIGTERM] {
            // In this order: the flag is looked at before it is set.
            flag::register_conditional_shutdown(signal, EXIT_AT_ONCE, Arc::clone(&asked))?;
            flag::register(signal, Arc::clone(&asked))?;
        }
        Ok(Self(asked))
    }

    pub(crate) fn is_set(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}
