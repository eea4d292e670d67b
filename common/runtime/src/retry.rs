//! When to try again: exponential delays with full jitter.
//!
//! The only file that names the `backoff` crate, which is no longer maintained. It is asked for
//! the growth and the cap of the delays; the jitter is put around it here, because the crate
//! draws from its own random source, and a schedule that cannot be given its random numbers can
//! neither be tested as a table nor replayed by a seeded simulation.
//!
//! Full jitter: each delay is drawn evenly between zero and a ceiling that doubles. Of the usual
//! kinds it spreads a crowd of clients best after an outage
//! (<https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/>).

use std::hash::{BuildHasher, RandomState};
use std::time::Duration;

use backoff::backoff::Backoff as _;
use backoff::{ExponentialBackoff, ExponentialBackoffBuilder};

/// How the ceiling grows from one attempt to the next.
const GROWTH: f64 = 2.0;

/// How long to wait before trying again; has no limit on the number of attempts.
#[derive(Clone, Copy, Debug)]
pub struct RetryPolicy {
    first_ceiling: Duration,
    cap: Duration,
    random: fn() -> f64,
}

impl RetryPolicy {
    /// A policy whose first delay is at most `first_ceiling`, each further one at most twice the
    /// one before, and none above `cap`. For constants, so that one that makes no sense does not compile.
    ///
    /// # Panics
    /// When the first delay is zero, which would be a busy loop, or longer than the cap.
    pub const fn new(first_ceiling: Duration, cap: Duration) -> Self {
        assert!(!first_ceiling.is_zero(), "the first delay must be longer than zero");
        assert!(cap.as_nanos() >= first_ceiling.as_nanos(), "the cap must not be shorter than it");
        Self { first_ceiling, cap, random: random_fraction }
    }

    /// The same policy, with the given source of numbers in `[0, 1)`: for simulations that must be
    /// repeatable.
    #[must_use]
    pub fn drawing_from(self, random: fn() -> f64) -> Self {
        Self { random, ..self }
    }
}

#[derive(Debug)]
pub struct Backoff {
    ceilings: ExponentialBackoff,
    random: fn() -> f64,
}

impl Backoff {
    pub fn new(policy: RetryPolicy) -> Self {
        let ceilings = ExponentialBackoffBuilder::new()
            .with_initial_interval(policy.first_ceiling)
            .with_multiplier(GROWTH)
            .with_max_interval(policy.cap)
            .with_randomization_factor(0.0)
            .with_max_elapsed_time(None)
            .build();
        Self { ceilings, random: policy.random }
    }

    pub fn next_delay(&mut self) -> Duration {
        // There is always a next one, since no longest time is set.
        let cap = self.ceilings.max_interval;
        // The crate rounds up, to beyond the cap too.
        let ceiling = self.ceilings.next_backoff().unwrap_or(cap).min(cap);
        ceiling.mul_f64((self.random)().clamp(0.0, 1.0))
    }

    pub fn reset(&mut self) {
        self.ceilings.reset();
    }
}

/// The hash of nothing under the standard library's random keys: spread evenly enough to keep
/// clients apart, without a random number crate.
fn random_fraction() -> f64 {
    const BITS: u32 = 32;
    let top = RandomState::new().hash_one(()) >> (u64::BITS - BITS);
    u32::try_from(top).map_or(0.5, |bits| f64::from(bits) / 2_f64.powi(BITS.cast_signed()))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn ms(milliseconds: u64) -> Duration {
        Duration::from_millis(milliseconds)
    }

    fn backoff(first: u64, cap: u64, random: fn() -> f64) -> Backoff {
        Backoff::new(RetryPolicy::new(ms(first), ms(cap)).drawing_from(random))
    }

    #[test]
    fn the_whole_schedule_is_this_table() {
        let draws: [fn() -> f64; 3] = [|| 0.0, || 0.5, || 1.0 - f64::EPSILON];
        let [mut least, mut middle, mut most] = draws.map(|random| backoff(100, 5_000, random));
        for ceiling in [100, 200, 400, 800, 1_600, 3_200, 5_000, 5_000, 5_000, 5_000] {
            assert_eq!(least.next_delay(), ms(0), "{ceiling}");
            assert_eq!(middle.next_delay(), ms(ceiling / 2), "{ceiling}");
            let almost = most.next_delay();
            assert!(ms(ceiling).abs_diff(almost) <= Duration::from_micros(1), "{ceiling}");
        }
        assert_eq!((0..100_000).map(|_| middle.next_delay()).max(), Some(ms(2_500)));
    }

    #[test]
    fn a_backoff_walks_the_schedule_and_starts_over_after_a_reset() {
        let mut backoff = backoff(100, 5_000, || 0.5);
        assert_eq!([backoff.next_delay(), backoff.next_delay()], [ms(50), ms(100)]);
        backoff.reset();
        assert_eq!(backoff.next_delay(), ms(50));
    }

    #[test]
    fn the_default_random_numbers_are_spread_over_the_whole_range() {
        let mut tenths = [0_u32; 10];
        for _ in 0..10_000 {
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "a fraction of ten is a digit"
            )]
            let tenth = (random_fraction() * 10.0) as usize;
            tenths[tenth] += 1;
        }
        // 1000 expected in each; 700 to 1300 is ten standard deviations.
        assert!(tenths.iter().all(|count| (700..1300).contains(count)), "{tenths:?}");
    }

    proptest! {
        #[test]
        fn no_delay_is_above_the_cap_or_its_ceiling(
            first in 1_u64..10_000,
            factor in 1_u64..10_000,
            attempts in 1_usize..100,
        ) {
            let mut drawn = backoff(first, first * factor, random_fraction);
            let mut ceilings = backoff(first, first * factor, || 1.0);
            for _ in 0..attempts {
                let (delay, ceiling) = (drawn.next_delay(), ceilings.next_delay());
                prop_assert!(delay <= ceiling + Duration::from_nanos(1), "but for rounding");
                prop_assert!(delay <= ms(first * factor) && ceiling <= ms(first * factor));
            }
        }
    }
}
