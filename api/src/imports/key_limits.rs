use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use super::limits::ImportLimits;

const MINUTE: Duration = Duration::from_mins(1);
const DAY: Duration = Duration::from_hours(24);
/// When to ask again whether another upload has ended.
const BUSY_FOR: Duration = Duration::from_secs(5);

/// What each key does at the moment, on this instance. Only keys that are valid come here, so it is as
/// small as the table of keys.
#[derive(Clone, Debug)]
pub struct KeyLimits {
    limits: ImportLimits,
    usage: Arc<Mutex<Usage>>,
}

#[derive(Debug, Default)]
struct Usage {
    running: usize,
    keys: HashMap<u64, KeyUsage>,
}

#[derive(Debug)]
struct KeyUsage {
    running: usize,
    minute: Window,
    day: Window,
}

/// What was counted since a moment.
#[derive(Debug)]
struct Window {
    since: Instant,
    count: u64,
}

/// Why an upload may not begin now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refused {
    /// Of this key.
    TooManyAtOnce,
    TooManyAMinute(Duration),
    TooManyRowsADay(Duration),
    /// Of all keys together.
    Busy,
}

/// An upload that may run. It counts until it is dropped.
#[derive(Debug)]
pub struct ImportPermit {
    key: u64,
    usage: Arc<Mutex<Usage>>,
}

impl KeyLimits {
    pub fn new(limits: ImportLimits) -> Self {
        Self { limits, usage: Arc::default() }
    }

    /// Counts an upload with this key, unless it is over a limit.
    pub fn begin(&self, key: u64) -> Result<ImportPermit, Refused> {
        let limits = &self.limits;
        let mut usage = lock(&self.usage);
        if usage.running >= limits.imports {
            return Err(Refused::Busy);
        }
        let of_key = usage.keys.entry(key).or_insert_with(KeyUsage::new);
        let (minute, day) = (of_key.minute.left(MINUTE), of_key.day.left(DAY));
        if of_key.running >= limits.imports_per_key {
            return Err(Refused::TooManyAtOnce);
        }
        if of_key.minute.count >= u64::from(limits.imports_per_minute) {
            return Err(Refused::TooManyAMinute(minute));
        }
        if of_key.day.count >= limits.import_rows_per_day {
            return Err(Refused::TooManyRowsADay(day));
        }
        of_key.running += 1;
        of_key.minute.count += 1;
        usage.running += 1;
        Ok(ImportPermit { key, usage: Arc::clone(&self.usage) })
    }
}

impl ImportPermit {
    /// Counts rows that were published.
    pub fn add_rows(&self, rows: u64) {
        if let Some(usage) = lock(&self.usage).keys.get_mut(&self.key) {
            usage.day.count += rows;
        }
    }
}

impl Drop for ImportPermit {
    fn drop(&mut self) {
        let mut usage = lock(&self.usage);
        usage.running -= 1;
        if let Some(usage) = usage.keys.get_mut(&self.key) {
            usage.running -= 1;
        }
    }
}

impl Refused {
    /// When to try again.
    pub fn retry_after(self) -> Duration {
        match self {
            Self::TooManyAtOnce | Self::Busy => BUSY_FOR,
            Self::TooManyAMinute(left) | Self::TooManyRowsADay(left) => left,
        }
    }
}

impl KeyUsage {
    fn new() -> Self {
        let now = Instant::now();
        let window = || Window { since: now, count: 0 };
        Self { running: 0, minute: window(), day: window() }
    }
}

impl Window {
    /// How long it still lasts; begins another one when it is over.
    fn left(&mut self, length: Duration) -> Duration {
        if self.since.elapsed() >= length {
            *self = Self { since: Instant::now(), count: 0 };
        }
        length.saturating_sub(self.since.elapsed())
    }
}

fn lock(usage: &Mutex<Usage>) -> MutexGuard<'_, Usage> {
    usage.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::limits::Limits;

    fn limits(change: impl FnOnce(&mut ImportLimits)) -> KeyLimits {
        let mut limits = Limits::default().imports;
        change(&mut limits);
        KeyLimits::new(limits)
    }

    #[test]
    fn a_key_has_so_many_uploads_at_once_and_another_key_has_its_own() {
        let limits = limits(|limits| limits.imports_per_key = 2);
        let first = limits.begin(1).unwrap();
        let _second = limits.begin(1).unwrap();
        assert_eq!(limits.begin(1).unwrap_err(), Refused::TooManyAtOnce);
        assert!(limits.begin(2).is_ok());
        drop(first);
        assert!(limits.begin(1).is_ok());
    }

    #[test]
    fn an_instance_has_so_many_uploads_at_once() {
        let limits = limits(|limits| limits.imports = 2);
        let _running = [limits.begin(1).unwrap(), limits.begin(2).unwrap()];
        assert_eq!(limits.begin(3).unwrap_err(), Refused::Busy);
    }

    #[tokio::test(start_paused = true)]
    async fn a_key_that_sent_its_share_of_a_minute_waits_for_the_next() {
        let limits = limits(|limits| limits.imports_per_minute = 2);
        drop([limits.begin(1).unwrap(), limits.begin(1).unwrap()]);
        tokio::time::advance(Duration::from_secs(20)).await;
        let refused = limits.begin(1).unwrap_err();
        assert_eq!(refused, Refused::TooManyAMinute(Duration::from_secs(40)));
        tokio::time::advance(refused.retry_after()).await;
        assert!(limits.begin(1).is_ok());
    }

    #[tokio::test(start_paused = true)]
    async fn a_key_that_sent_its_share_of_a_day_waits_for_the_next() {
        let limits = limits(|limits| limits.import_rows_per_day = 100);
        let permit = limits.begin(1).unwrap();
        permit.add_rows(99);
        let second = limits.begin(1).unwrap();
        second.add_rows(500);
        drop((permit, second));
        let refused = limits.begin(1).unwrap_err();
        assert_eq!(refused, Refused::TooManyRowsADay(DAY));
        tokio::time::advance(DAY).await;
        assert!(limits.begin(1).is_ok());
    }
}
