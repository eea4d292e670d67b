use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Whether the topology is declared, as far as this process knows. Clones share it.
#[derive(Clone, Debug, Default)]
pub struct TopologyState(Arc<Flags>);

#[derive(Debug, Default)]
struct Flags {
    is_declared: AtomicBool,
    is_logged: AtomicBool,
}

impl TopologyState {
    pub(crate) fn is_declared(&self) -> bool {
        self.0.is_declared.load(Ordering::SeqCst)
    }

    pub(crate) fn mark_declared(&self) {
        self.0.is_declared.store(true, Ordering::SeqCst);
    }

    /// The next connection declares everything anew.
    pub(crate) fn mark_missing(&self) {
        self.0.is_declared.store(false, Ordering::SeqCst);
    }

    /// True for the first call: findings are logged once per process.
    pub(crate) fn mark_logged(&self) -> bool {
        !self.0.is_logged.swap(true, Ordering::SeqCst)
    }
}
