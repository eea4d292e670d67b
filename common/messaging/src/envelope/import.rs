use registrar_domain::{FailedRow, ImportId, ImportManifest, Importer};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// What a message of an import says beside its registrations.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
pub struct ImportPart {
    /// The import.
    #[serde(deserialize_with = "parse_id", serialize_with = "write_text")]
    pub id: ImportId,
    /// Who imports.
    #[serde(deserialize_with = "parse_importer", serialize_with = "write_text")]
    pub importer: Importer,
    /// The number of the key that the file was sent with.
    pub key: u64,
    /// What the file is called, if the client said so.
    pub file_name: Option<String>,
    /// Rows, or the end.
    #[serde(flatten)]
    pub content: ImportContent,
}

/// Which part of an import a message is.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ImportContent {
    /// Rows.
    Chunk(ImportChunk),
    /// The last message: all rows were sent, or no more come. It holds no registration.
    Manifest(ImportManifest),
    /// What is not registered yet shall not be. It holds no registration, and travels on the
    /// interactive lane, past the chunks.
    Cancellation(ImportCancellation),
}

/// Rows that follow each other in a file; or some of them, where a message was split. Those that are
/// valid are the registrations of the envelope.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
pub struct ImportChunk {
    /// Names the chunk in its import: its first row, as a spreadsheet numbers them.
    pub first_row: u32,
    /// How many rows the whole chunk has: registrations and invalid ones. A message with fewer is a
    /// part of it.
    pub rows: u32,
    /// The rows that cannot be registered.
    pub invalid: Vec<FailedRow>,
}

/// A cancellation says nothing but which import it is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
pub struct ImportCancellation {}

impl ImportPart {
    /// The id of its message: the same for the same part.
    pub fn message_id(&self) -> String {
        match &self.content {
            ImportContent::Chunk(chunk) => format!("{}-{}", self.id, chunk.first_row),
            ImportContent::Manifest(_) => format!("{}-manifest", self.id),
            ImportContent::Cancellation(_) => format!("{}-cancellation", self.id),
        }
    }
}

fn parse_id<'de, D: Deserializer<'de>>(from: D) -> Result<ImportId, D::Error> {
    let text = String::deserialize(from)?;
    ImportId::parse(&text).ok_or_else(|| serde::de::Error::custom("the id of an import is no UUID"))
}

fn parse_importer<'de, D: Deserializer<'de>>(from: D) -> Result<Importer, D::Error> {
    Importer::parse(&String::deserialize(from)?).map_err(serde::de::Error::custom)
}

fn write_text<S: Serializer>(value: &impl std::fmt::Display, to: S) -> Result<S::Ok, S::Error> {
    to.collect_str(value)
}
