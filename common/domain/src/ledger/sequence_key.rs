use std::fmt;

use uuid::Uuid;

use crate::Lane;

/// The publisher connection that numbers messages, for the life of its process. A UUIDv7.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ProducerId(Uuid);

impl ProducerId {
    /// A new, unique id.
    pub fn generate() -> Self {
        Self(Uuid::now_v7())
    }

    /// The producer in these 16 bytes, as stored in a `BINARY(16)` column.
    pub const fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(Uuid::from_bytes(bytes))
    }

    /// The 16 bytes of the producer, as stored in a `BINARY(16)` column.
    pub const fn as_bytes(&self) -> &[u8; 16] {
        self.0.as_bytes()
    }

    /// The producer in a text like `0199d3c4-…`.
    pub fn parse(text: &str) -> Option<Self> {
        Uuid::try_parse(text).ok().map(Self)
    }
}

impl fmt::Display for ProducerId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.hyphenated().fmt(formatter)
    }
}

/// Where numbers are counted: each producer numbers the messages of each lane 1, 2, 3 ….
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SequenceKey {
    /// Who numbered them.
    pub producer: ProducerId,
    /// The lane they were published to.
    pub lane: Lane,
}
