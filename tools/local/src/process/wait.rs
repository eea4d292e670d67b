//! Waiting for a condition, with a deadline.

use std::thread;
use std::time::{Duration, Instant};

const FIRST_PAUSE: Duration = Duration::from_millis(2);
const LONGEST_PAUSE: Duration = Duration::from_millis(50);

/// Asks `probe`, at first every few and later every 50 ms, until it has an answer. `None` when
/// `timeout` ran out first.
pub fn poll_until<T>(timeout: Duration, probe: impl FnMut() -> Option<T>) -> Option<T> {
    let deadline = Instant::now() + timeout;
    poll_unless(|now| now >= deadline, probe)
}

/// The same with another end than a point in time: after each attempt `is_over` decides.
pub(super) fn poll_unless<T>(
    mut is_over: impl FnMut(Instant) -> bool,
    mut probe: impl FnMut() -> Option<T>,
) -> Option<T> {
    let mut pause = FIRST_PAUSE;
    loop {
        if let Some(answer) = probe() {
            return Some(answer);
        }
        if is_over(Instant::now()) {
            return None;
        }
        thread::sleep(pause);
        pause = (pause * 2).min(LONGEST_PAUSE);
    }
}
