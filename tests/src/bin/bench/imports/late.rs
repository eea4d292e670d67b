//! When registrations were late: a stop of something shows as one stretch of time.

/// Later than this is late, in microseconds.
const LATE: i64 = 50_000;
/// Late ones that were accepted closer together belong to one stretch, in microseconds.
const GAP: i64 = 100_000;

/// Registrations that were late one after the other, in microseconds.
#[derive(Debug)]
pub(super) struct Late {
    /// When the first and the last were accepted.
    pub(super) from: i64,
    pub(super) until: i64,
    pub(super) count: usize,
    /// The longest until one was registered.
    pub(super) longest: i64,
}

/// The stretches among registrations in the order of acceptance: when each was accepted, and how
/// long it took.
pub(super) fn stretches(accepted: &[(i64, i64)]) -> Vec<Late> {
    let mut stretches: Vec<Late> = Vec::new();
    for &(at, delay) in accepted.iter().filter(|(_, delay)| *delay > LATE) {
        match stretches.last_mut() {
            Some(last) if at - last.until < GAP => {
                last.until = at;
                last.count += 1;
                last.longest = last.longest.max(delay);
            }
            _ => stretches.push(Late { from: at, until: at, count: 1, longest: delay }),
        }
    }
    stretches
}
