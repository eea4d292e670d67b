//! Whether it is worth waiting for a process any longer.

use std::time::{Duration, Instant};

/// How many times as long as a process may be silent it may take in all. A process may go on writing
/// and never become ready.
const IN_ALL: u32 = 10;

/// How far a process that starts has come, by what it has written.
#[derive(Debug)]
pub(super) struct Progress {
    timeout: Duration,
    began: Instant,
    /// How much was written, and since when it has not been more.
    written: u64,
    silent_since: Instant,
}

impl Progress {
    /// A process that may be silent for as long as `timeout`.
    pub(super) fn new(timeout: Duration, now: Instant) -> Self {
        Self { timeout, began: now, written: 0, silent_since: now }
    }

    /// Whether it has been silent for too long, or takes too long in all, having written so much.
    pub(super) fn is_over(&mut self, written: u64, now: Instant) -> bool {
        if written != self.written {
            self.written = written;
            self.silent_since = now;
        }
        now - self.silent_since >= self.timeout || now - self.began >= self.timeout * IN_ALL
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_that_goes_on_writing_has_more_time_but_not_for_ever() {
        let began = Instant::now();
        let after = |seconds| began + Duration::from_secs(seconds);
        let mut progress = Progress::new(Duration::from_mins(1), began);
        assert!(!progress.is_over(0, after(59)));
        assert!(progress.is_over(0, after(60)));

        let mut progress = Progress::new(Duration::from_mins(1), began);
        for (written, seconds) in [(10, 50), (20, 100), (30, 150)] {
            assert!(!progress.is_over(written, after(seconds)));
        }
        assert!(!progress.is_over(30, after(209)));
        assert!(progress.is_over(30, after(210)));

        let mut progress = Progress::new(Duration::from_mins(1), began);
        for second in 1..600 {
            assert!(!progress.is_over(second, after(second)));
        }
        assert!(progress.is_over(600, after(600)));
    }
}
