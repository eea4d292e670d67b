use std::fmt;

use uuid::Uuid;

use crate::Lane;

/// Who numbers messages: one publishing line from the start of its process to its end. A UUIDv7.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Epoch(Uuid);

impl Epoch {
    /// A new one that nobody else has.
    pub fn begin() -> Self {
        Self(Uuid::now_v7())
    }

    /// The epoch in these 16 bytes, as stored in a `BINARY(16)` column.
    pub const fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(Uuid::from_bytes(bytes))
    }

    /// The 16 bytes of the epoch, as stored in a `BINARY(16)` column.
    pub const fn as_bytes(&self) -> &[u8; 16] {
        self.0.as_bytes()
    }

    /// The epoch in a text like `0199d3c4-…`.
    pub fn parse(text: &str) -> Option<Self> {
        Uuid::try_parse(text).ok().map(Self)
    }
}

impl fmt::Display for Epoch {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.hyphenated().fmt(formatter)
    }
}

/// Where numbers are counted: each epoch numbers the messages of each lane 1, 2, 3 ….
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Account {
    /// Who numbered them.
    pub epoch: Epoch,
    /// The lane they were published to.
    pub lane: Lane,
}
