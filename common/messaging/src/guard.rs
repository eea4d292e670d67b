use std::panic::{AssertUnwindSafe, catch_unwind};

/// What `read` makes of a message's bytes; none when it panics, which the panic hook logs.
///
/// A panic would end the process, and RabbitMQ would hand the same message to the next: from a lane
/// until its delivery limit, from a last resort for ever.
pub fn caught<T>(read: impl FnOnce() -> T) -> Option<T> {
    // It works on what it is given alone, so that nothing is left half done.
    catch_unwind(AssertUnwindSafe(read)).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_is_none_and_everything_else_is_what_it_is() {
        assert_eq!(caught(|| 7), Some(7));
        assert_eq!(caught(|| [0_u8; 2].iter().position(|byte| *byte == 1).unwrap()), None);
    }
}
