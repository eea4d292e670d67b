//! What to do when MySQL did not take a batch: a decision without I/O.

use std::time::Duration;

use registrar_storage::ErrorClass;

const SLOW_RETRY: Duration = Duration::from_secs(5);

/// What to do with a batch after a failed attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RetryDecision {
    /// Wait for the retry policy's next delay, and at least so long, and try the same batch again.
    Retry {
        /// A disk that is full does not empty itself in milliseconds.
        at_least: Duration,
    },
    /// Give the deliveries back to RabbitMQ and stop consuming until MySQL answers.
    Requeue,
    /// Give the deliveries back and stop consuming: an operator must fix something first.
    Halt,
}

/// What to do with a delivery that something in MySQL is in the way of, and not of others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AfterDelay {
    /// Try it again later, while the others go on.
    Wait,
    /// Put it on hold, where an operator sees what is in its way.
    Hold,
    /// Give every delivery back to RabbitMQ: perhaps it is in the way of all of them.
    Requeue,
}

/// Decides by how long the delivery has been delayed and whether others were settled meanwhile.
pub fn after_delay(
    delayed_for: Duration,
    others_pass: bool,
    requeue_after: Duration,
) -> AfterDelay {
    match (delayed_for < requeue_after, others_pass) {
        (true, _) => AfterDelay::Wait,
        (false, true) => AfterDelay::Hold,
        (false, false) => AfterDelay::Requeue,
    }
}

/// Decides by the kind of error and how long this batch has been failing.
///
/// `requeue_after` lies well under RabbitMQ's consumer timeout of 30 minutes, which would close
/// the channel (<https://www.rabbitmq.com/docs/consumers#acknowledgement-timeout>).
pub fn retry_decision(
    class: ErrorClass,
    failing_for: Duration,
    requeue_after: Duration,
) -> RetryDecision {
    let at_least = match class {
        ErrorClass::System => return RetryDecision::Halt,
        ErrorClass::Transient => Duration::ZERO,
        ErrorClass::SlowTransient => SLOW_RETRY,
    };
    if failing_for < requeue_after {
        RetryDecision::Retry { at_least }
    } else {
        RetryDecision::Requeue
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_delay_ends_on_hold_only_where_others_pass() {
        let bound = Duration::from_mins(5);
        for (delayed_for, others_pass, expected) in [
            (0, false, AfterDelay::Wait),
            (299, true, AfterDelay::Wait),
            (300, true, AfterDelay::Hold),
            (300, false, AfterDelay::Requeue),
        ] {
            let decision = after_delay(Duration::from_secs(delayed_for), others_pass, bound);
            assert_eq!(decision, expected, "after {delayed_for} s, others pass: {others_pass}");
        }
    }

    #[test]
    fn every_class_and_age_of_a_failure_has_its_decision() {
        use ErrorClass::{SlowTransient, System, Transient};
        use RetryDecision::{Halt, Requeue, Retry};
        let at_once = Retry { at_least: Duration::ZERO };
        let slowly = Retry { at_least: Duration::from_secs(5) };
        let bound = Duration::from_mins(5);
        for (class, failing_for, expected) in [
            (Transient, 0, at_once),
            (Transient, 299, at_once),
            (Transient, 300, Requeue),
            (SlowTransient, 0, slowly),
            (SlowTransient, 299, slowly),
            (SlowTransient, 3_000, Requeue),
            (System, 0, Halt),
            (System, 3_000, Halt),
        ] {
            let decision = retry_decision(class, Duration::from_secs(failing_for), bound);
            assert_eq!(decision, expected, "{class:?} after {failing_for} s");
        }
    }
}
