//! What handlers take out of requests.

mod genuine_import;
mod genuine_reference;
mod import_key;

pub use self::genuine_import::GenuineImport;
pub use self::genuine_reference::GenuineReference;
pub use self::import_key::AuthenticatedKey;
