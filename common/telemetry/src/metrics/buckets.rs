//! Histogram buckets, with a bound on each number that an objective names.

/// Seconds that a confirm, an insert, or an HTTP answer takes: half a millisecond to 10 s.
pub const FAST: [f64; 14] =
    [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0];

/// Seconds from acceptance to the outcome: 10 ms to 10 minutes, which a bulk import may take.
/// The objectives are 2 s and 30 s.
pub const END_TO_END: [f64; 15] =
    [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0, 60.0, 120.0, 300.0, 600.0];

/// Registrations of a batch: up to 2,048, since one of the bulk lane has up to four chunks of 500.
pub const ROWS: [f64; 12] =
    [1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0, 256.0, 512.0, 1024.0, 2048.0];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bounds_rise_and_the_objectives_are_among_them() {
        for bounds in [&FAST[..], &END_TO_END, &ROWS] {
            assert!(bounds.is_sorted_by(|one, next| one < next));
        }
        assert!(END_TO_END.contains(&2.0) && END_TO_END.contains(&30.0));
    }
}
