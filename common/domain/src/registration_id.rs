use std::fmt;

use time::OffsetDateTime;
use uuid::Uuid;

use crate::uuid_time::uuid_time;

/// The id of a registration: a UUID that the API makes before it publishes.
///
/// Either fresh ([`generate`](Self::generate), a UUIDv7) or derived from an idempotency key and the
/// content that came with it (a UUIDv8, see [`IdempotencyKey`](super::IdempotencyKey)). So several
/// messages may carry one id, but never with different contents.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RegistrationId(Uuid);

impl RegistrationId {
    /// A new id that no other registration has; it begins with the time, which keeps the index of
    /// the `students` table compact.
    pub fn generate() -> Self {
        Self(Uuid::now_v7())
    }

    pub(super) fn derived(bytes: [u8; 16]) -> Self {
        Self(Uuid::new_v8(bytes))
    }

    /// The id in these 16 bytes, as stored in a `BINARY(16)` column.
    pub const fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(Uuid::from_bytes(bytes))
    }

    /// The 16 bytes of the id, as stored in a `BINARY(16)` column.
    pub const fn as_bytes(&self) -> &[u8; 16] {
        self.0.as_bytes()
    }

    /// The id in a text like `0199d3c4-…`, in any of the UUID notations.
    pub fn parse(text: &str) -> Option<Self> {
        Uuid::try_parse(text).ok().map(Self)
    }

    /// When a fresh id was made, to the millisecond; a derived id does not say.
    pub fn generated_at(&self) -> Option<OffsetDateTime> {
        uuid_time(&self.0)
    }
}

impl fmt::Display for RegistrationId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.hyphenated().fmt(formatter)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock;

    #[test]
    fn a_generated_id_knows_when_it_was_made() {
        let before = clock::now();
        let made = RegistrationId::generate().generated_at().unwrap();
        assert!((made - before).abs() < time::Duration::seconds(1));
    }

    #[test]
    fn a_derived_id_does_not_say_when_it_was_made() {
        let id = RegistrationId::derived([0xff; 16]);
        assert_eq!(id.generated_at(), None);
        assert_eq!(id.0.get_version_num(), 8);
    }

    #[test]
    fn an_id_survives_its_text_and_its_bytes() {
        let id = RegistrationId::generate();
        assert_eq!(RegistrationId::parse(&id.to_string()), Some(id));
        assert_eq!(RegistrationId::from_bytes(*id.as_bytes()), id);
    }
}
