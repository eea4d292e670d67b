use serde::{Deserialize, Serialize};
use serde_json::Value;

/// What was sent of a file in all. In JSON it is as messages have it.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
pub struct ImportManifest {
    /// Rows with something in them, the invalid ones among them.
    pub rows: u64,
    /// The size of the file as it was sent; of what was read, when it was not read to its end.
    pub bytes: u64,
    /// The SHA-256 of the same, in hexadecimal digits.
    pub sha256: String,
    /// How it was understood, for the importer: JSON that is answered as it is.
    pub understood: Value,
    /// Why it was not read to its end, as a stable code; nothing when it was.
    pub broken_off: Option<String>,
}
