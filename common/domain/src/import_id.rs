use std::fmt;

use time::OffsetDateTime;
use uuid::Uuid;

use crate::uuid_time::uuid_time;

/// The id of an import: a UUIDv7 that the API makes before it reads the file. What it hands out is
/// the id sealed for its importer, see [`ReferenceSealer::seal_import`](super::ReferenceSealer::seal_import).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ImportId(Uuid);

impl ImportId {
    /// A new id; it begins with the time, so that the newest imports are the highest ids.
    pub fn generate() -> Self {
        Self(Uuid::now_v7())
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

    /// When the upload began, to the millisecond.
    pub fn generated_at(&self) -> Option<OffsetDateTime> {
        uuid_time(&self.0)
    }
}

impl fmt::Display for ImportId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.hyphenated().fmt(formatter)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock;

    #[test]
    fn an_id_knows_when_it_was_made_and_survives_its_text_and_its_bytes() {
        let id = ImportId::generate();
        let made = id.generated_at().unwrap();
        assert!((made - clock::now()).abs() < time::Duration::seconds(1));
        assert_eq!(ImportId::parse(&id.to_string()), Some(id));
        assert_eq!(ImportId::from_bytes(*id.as_bytes()), id);
    }
}
