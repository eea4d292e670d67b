//! How long RabbitMQ may take to report on a new queue.

use std::time::Duration;

use tokio::time::{Instant, sleep};

/// RabbitMQ reports on a queue every 5 s (`collect_statistics_interval`).
const REPORTED_WITHIN: Duration = Duration::from_secs(15);
const LOOK_EVERY: Duration = Duration::from_millis(250);

#[derive(Debug, PartialEq, Eq)]
pub(super) struct Look<T> {
    pub(super) found: T,
    /// Whether it may be judged: not while a queue has just been declared.
    pub(super) is_reported: bool,
}

/// Looks until RabbitMQ has reported on every queue, or has had the time to: then the last look counts,
/// whatever it is.
pub(super) async fn when_reported<T, E>(
    mut look: impl FnMut() -> Result<Look<T>, E>,
) -> Result<Look<T>, E> {
    let give_up_at = Instant::now() + REPORTED_WITHIN;
    loop {
        let seen = look()?;
        if seen.is_reported || Instant::now() >= give_up_at {
            return Ok(seen);
        }
        sleep(LOOK_EVERY).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn look(found: u32, is_reported: bool) -> Look<u32> {
        Look { found, is_reported }
    }

    #[tokio::test(start_paused = true)]
    async fn what_is_not_reported_yet_is_looked_at_again() {
        let mut looks = 0;
        let seen = when_reported(|| {
            looks += 1;
            Ok::<_, ()>(look(looks, looks == 3))
        });
        assert_eq!(seen.await, Ok(look(3, true)));
    }

    #[tokio::test(start_paused = true)]
    async fn what_is_never_reported_is_given_up_in_time() {
        let began = Instant::now();
        let seen = when_reported(|| Ok::<_, ()>(look(1, false))).await;
        assert_eq!(seen, Ok(look(1, false)));
        assert_eq!(began.elapsed(), REPORTED_WITHIN);
    }

    #[tokio::test(start_paused = true)]
    async fn an_error_is_not_waited_for() {
        let began = Instant::now();
        assert_eq!(when_reported(|| Err::<Look<u32>, _>("away")).await, Err("away"));
        assert_eq!(began.elapsed(), Duration::ZERO);
    }
}
