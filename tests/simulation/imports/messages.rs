//! What is sent of an import.

use registrar_domain::{FailedRow, ImportId, ImportManifest, ImportRow, Importer, Registration};
use registrar_messaging::{Envelope, ImportCancellation, ImportChunk, ImportContent, ImportPart};

const FIRST_ROW: u32 = 2;
/// The most valid rows of a chunk.
const CHUNK: usize = 5;

/// The import of a submission: the same each time that it is sent.
pub(crate) fn import_of([client, position]: [usize; 2]) -> ImportId {
    let mut bytes = [0; 16];
    bytes[0] = u8::try_from(client).unwrap();
    bytes[1] = u8::try_from(position).unwrap();
    ImportId::from_bytes(bytes)
}

/// How many messages an import of so many registrations has.
pub(crate) fn import_messages(registrations: usize, is_cancelled: bool) -> usize {
    registrations.div_ceil(CHUNK) + 1 + usize::from(is_cancelled)
}

/// The messages of an import: chunks, each with an invalid row behind the others, the manifest, and
/// perhaps a cancellation.
pub(crate) fn envelopes(
    import: ImportId,
    registrations: &[Registration],
    is_cancelled: bool,
) -> Vec<Envelope> {
    let envelope = |registrations, content| {
        let importer = Importer::parse("simulated").unwrap();
        let import = Some(ImportPart { id: import, importer, key: 1, file_name: None, content });
        Envelope { registrations, import }
    };
    let mut envelopes = Vec::new();
    let mut row = FIRST_ROW;
    for chunk in registrations.chunks(CHUNK) {
        let from = |(row, one): (u32, &Registration)| {
            let import = Some(ImportRow { import, row });
            Registration { import, ..one.clone() }
        };
        let (first_row, rows) = (row, u32::try_from(chunk.len()).unwrap() + 1);
        row += rows;
        let errors = Vec::new();
        let invalid = vec![FailedRow { row: row - 1, values: Default::default(), errors }];
        let content = ImportContent::Chunk(ImportChunk { first_row, rows, invalid });
        envelopes.push(envelope((first_row..).zip(chunk).map(from).collect(), content));
    }
    let manifest = ImportManifest {
        rows: (row - FIRST_ROW).into(),
        bytes: 0,
        sha256: String::new(),
        understood: serde_json::Value::Null,
        broken_off: None,
    };
    envelopes.push(envelope(Vec::new(), ImportContent::Manifest(manifest)));
    if is_cancelled {
        let content = ImportContent::Cancellation(ImportCancellation {});
        envelopes.push(envelope(Vec::new(), content));
    }
    envelopes
}
