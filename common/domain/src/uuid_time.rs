use time::OffsetDateTime;
use uuid::Uuid;

/// When a UUID that begins with the time was made, to the millisecond; others do not say.
pub(crate) fn uuid_time(uuid: &Uuid) -> Option<OffsetDateTime> {
    let (seconds, nanoseconds) = uuid.get_timestamp()?.to_unix();
    let since_epoch = i128::from(seconds) * 1_000_000_000 + i128::from(nanoseconds);
    OffsetDateTime::from_unix_timestamp_nanos(since_epoch).ok()
}
