use registrar_domain::Registration;
use registrar_messaging::{Envelope, ImportChunk, ImportContent, ImportPart};
use registrar_storage::{ImportEntry, ImportEntryContent, ProcessedRow, ProcessedRows, Verdict};

use crate::item::Item;

/// What is to be recorded of a message, once each of its rows is decided or on hold; nothing of one
/// that is of no import.
pub(crate) fn entry(item: &Item) -> Option<ImportEntry> {
    let envelope = item.content.as_ref().ok()?;
    let ImportPart { id, importer, key, file_name, content } = envelope.import.as_ref()?;
    let content = match content {
        ImportContent::Chunk(chunk) => ImportEntryContent::Rows(rows(envelope, chunk, item)?),
        ImportContent::Manifest(manifest) => ImportEntryContent::Manifest(manifest.clone()),
        ImportContent::Cancellation(_) => ImportEntryContent::Cancellation,
    };
    let (importer, file_name) = (importer.clone(), file_name.clone());
    Some(ImportEntry { id: *id, importer, key: *key, file_name, content })
}

/// One registration of a message with what its import says of it, so that it counts for its import
/// when it is sent again.
pub(crate) fn envelope_of_one(item: &Item, registration: &Registration) -> Envelope {
    let mut import = item.content.as_ref().ok().and_then(|envelope| envelope.import.clone());
    if let Some(ImportPart { content: ImportContent::Chunk(chunk), .. }) = &mut import {
        chunk.invalid.clear();
    }
    Envelope { registrations: vec![registration.clone()], import }
}

/// None of a message that is not settled: it is delayed, or was split.
fn rows(envelope: &Envelope, chunk: &ImportChunk, item: &Item) -> Option<ProcessedRows> {
    if item.verdicts.len() != envelope.registrations.len() {
        return None;
    }
    let valid = |(registration, verdict): (&Registration, &Verdict)| match verdict {
        Verdict::Decided { outcome, is_fresh } => Some(ProcessedRow {
            row: registration.import?.row,
            registration: registration.clone(),
            outcome: *outcome,
            is_fresh: *is_fresh,
        }),
        Verdict::Refused { .. } | Verdict::Delayed(_) => None,
    };
    Some(ProcessedRows {
        first_row: chunk.first_row,
        is_whole: envelope.is_whole_chunk(),
        valid: envelope
            .registrations
            .iter()
            .zip(&item.verdicts)
            .map(valid)
            .collect::<Option<_>>()?,
        invalid: chunk.invalid.clone(),
    })
}
