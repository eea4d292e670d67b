//! Reads an upload into chunks, on a thread of its own: parsing a million rows takes seconds, during
//! which other requests go on.

use std::io::{self, Read};
use std::time::{Duration, Instant};

use registrar_domain::{
    DerivationKey, FailedRow, ImportId, ImportRow, Importer, Registration, RowError, Student,
    Violation,
};
use registrar_import_file::{ImportFile, Options, ReadError, Understood};
use registrar_texts::Language;
use tokio::sync::mpsc;

use super::broken_off::BrokenOff;
use super::chunk::Chunk;
use super::upload::source::{Counted, Upload};

/// Who imports, and how a row becomes a registration.
pub struct Reading {
    pub import: ImportId,
    pub importer: Importer,
    pub derivation_key: DerivationKey,
    pub options: Options,
    /// The most rows of a file.
    pub max_rows: u64,
    /// A chunk that is so old when a row comes is sent as it is: workers take an upload of which nothing was
    /// recorded for ten minutes for one that broke off.
    pub chunk_max_age: Duration,
}

/// What was read of a file.
#[derive(Debug)]
pub struct ReadFile {
    pub understood: Understood,
    /// Those with something in them.
    pub rows: u64,
    pub bytes: u64,
    pub sha256: String,
    /// Why it was not read to its end, if it was not.
    pub broken_off: Option<BrokenOff>,
}

impl Reading {
    /// Reads to the end of the file. Fails when it cannot be understood at all; then no chunk was sent.
    pub fn run(&self, upload: Upload, chunks: &mpsc::Sender<Chunk>) -> Result<ReadFile, ReadError> {
        let mut upload = Counted::new(upload);
        let mut file = ImportFile::open(&mut upload, &self.options)?;
        let mut chunks = ChunkSender { rows: 0, chunks };
        let broken_off = self.read_rows(&mut file, &mut chunks).err();
        let understood = file.understood();
        drop(file);
        Ok(ReadFile {
            understood,
            rows: chunks.rows,
            bytes: upload.total(),
            sha256: upload.into_sha256(),
            broken_off,
        })
    }

    fn read_rows<R: Read>(
        &self,
        file: &mut ImportFile<R>,
        chunks: &mut ChunkSender<'_>,
    ) -> Result<(), BrokenOff> {
        let mut chunk = Chunk::default();
        let mut sent_at = Instant::now();
        loop {
            let row = match file.next_row() {
                Ok(row) => row,
                Err(error) => {
                    // What was read before is as good as ever.
                    chunks.send(chunk)?;
                    return Err(error.into());
                }
            };
            let Some(row) = row else { return chunks.send(chunk) };
            let has_room = chunks.rows + (chunk.rows() as u64) < self.max_rows;
            let number = u32::try_from(row.number).ok().filter(|_| has_room);
            let Some(number) = number else {
                chunks.send(chunk)?;
                return Err(BrokenOff::TooManyRows);
            };
            let errors = match row.problem {
                Some(problem) => vec![problem.into()],
                None => match Student::parse(&row.first_name, &row.last_name, &row.email) {
                    Ok(student) => {
                        let id = self.importer.registration_id(&self.derivation_key, &student);
                        let from = ImportRow { import: self.import, row: number };
                        chunk.add(Registration::imported(id, student, from));
                        Vec::new()
                    }
                    Err(violations) => violations.iter().map(row_error).collect(),
                },
            };
            if !errors.is_empty() {
                chunk.add_invalid(FailedRow { row: number, values: row.into_values(), errors });
            }
            if chunk.is_full() || sent_at.elapsed() >= self.chunk_max_age {
                sent_at = Instant::now();
                chunks.send(std::mem::take(&mut chunk))?;
            }
        }
    }
}

fn row_error(violation: &Violation) -> RowError {
    let advice = Language::English.texts().violation(violation);
    RowError::new(Some(violation.field), violation.code.as_str(), advice)
}

struct ChunkSender<'c> {
    /// How many rows were sent.
    rows: u64,
    chunks: &'c mpsc::Sender<Chunk>,
}

impl ChunkSender<'_> {
    fn send(&mut self, chunk: Chunk) -> Result<(), BrokenOff> {
        if chunk.is_empty() {
            return Ok(());
        }
        self.rows += chunk.rows() as u64;
        let sent = self.chunks.blocking_send(chunk);
        // Publishing has failed, and that is answered.
        sent.map_err(|_| BrokenOff::Upload(io::ErrorKind::BrokenPipe.into()))
    }
}

#[cfg(test)]
mod tests {
    use axum::body::Bytes;
    use data_encoding::HEXLOWER;
    use registrar_import_file::{ColumnNames, FileError};
    use sha2::{Digest as _, Sha256};

    use super::*;

    fn reading(max_rows: u64) -> Reading {
        let secret = "a derivation secret of some length".to_owned().into();
        Reading {
            import: ImportId::generate(),
            importer: Importer::parse("north-school").unwrap(),
            derivation_key: DerivationKey::new(&secret),
            options: Options {
                encoding: None,
                delimiter: None,
                column_names: ColumnNames::default(),
                max_bytes: u64::MAX,
            },
            max_rows,
            chunk_max_age: Duration::MAX,
        }
    }

    /// What comes of an upload in these parts, and its chunks.
    async fn read(
        parts: Vec<io::Result<Bytes>>,
        max_rows: u64,
    ) -> (Result<ReadFile, ReadError>, Vec<Chunk>) {
        read_by(reading(max_rows), parts).await
    }

    async fn read_by(
        reading: Reading,
        parts: Vec<io::Result<Bytes>>,
    ) -> (Result<ReadFile, ReadError>, Vec<Chunk>) {
        let (sender, upload) = Upload::new();
        let (chunk_sender, mut chunks) = mpsc::channel(2);
        let reading = tokio::task::spawn_blocking(move || reading.run(upload, &chunk_sender));
        let sending = tokio::spawn(async move {
            for part in parts {
                let _may_be_over = sender.send(part).await;
            }
        });
        let mut received = Vec::new();
        while let Some(chunk) = chunks.recv().await {
            received.push(chunk);
        }
        sending.await.unwrap();
        (reading.await.unwrap(), received)
    }

    fn rows(count: usize) -> String {
        let rows = (0..count).map(|n| format!("Ada,King,ada{n}@example.com\n"));
        std::iter::once("first_name,last_name,email\n".to_owned()).chain(rows).collect()
    }

    #[tokio::test]
    async fn rows_travel_in_chunks_with_their_numbers_and_invalid_ones_among_them() {
        let file = rows(1_100).replace("ada600@example.com", "ada600");
        let (read, chunks) = read(vec![Ok(file.clone().into())], 1_000_000).await;
        let read = read.unwrap();
        assert_eq!(chunks.iter().map(Chunk::rows).collect::<Vec<_>>(), [500, 500, 100]);
        assert_eq!((read.rows, read.bytes), (1_100, file.len() as u64));
        assert_eq!(read.sha256, HEXLOWER.encode(&Sha256::digest(&file)));
        assert!(read.broken_off.is_none());
        assert_eq!(chunks[0].registrations[0].import.map(|import| import.row), Some(2));
        assert_eq!(chunks.iter().map(Chunk::first_row).collect::<Vec<_>>(), [2, 502, 1_002]);
        let [invalid] = &chunks[1].invalid[..] else { panic!("{:?}", chunks[1].invalid) };
        assert_eq!((invalid.row, &*invalid.errors[0].code), (602, "invalid_email"));
        assert_eq!(invalid.values[2], "ada600");
    }

    #[tokio::test]
    async fn a_chunk_that_waited_for_long_is_sent_with_the_rows_that_it_has() {
        let slow = Reading { chunk_max_age: Duration::ZERO, ..reading(1_000_000) };
        let (read, chunks) = read_by(slow, vec![Ok(rows(3).into())]).await;
        assert_eq!((read.unwrap().rows, chunks.len()), (3, 3));
    }

    #[tokio::test]
    async fn the_same_file_has_the_same_registrations() {
        let (_, first) = read(vec![Ok(rows(3).into())], 10).await;
        let (_, second) = read(vec![Ok(rows(3).into())], 10).await;
        let ids = |chunks: &[Chunk]| -> Vec<_> {
            chunks[0].registrations.iter().map(|registration| registration.id).collect()
        };
        assert_eq!(ids(&first), ids(&second));
    }

    #[tokio::test]
    async fn what_came_before_an_upload_broke_off_is_sent() {
        let broken = io::Error::from(io::ErrorKind::ConnectionAborted);
        let (read, chunks) = read(vec![Ok(rows(7_000).into()), Err(broken)], 1_000_000).await;
        let read = read.unwrap();
        assert!(matches!(read.broken_off, Some(BrokenOff::Upload(_))), "{read:?}");
        assert_eq!(chunks.iter().map(Chunk::rows).sum::<usize>() as u64, read.rows);
        assert!((6_999..=7_000).contains(&read.rows), "{}", read.rows);
    }

    #[tokio::test]
    async fn a_file_that_is_not_understood_makes_no_chunk() {
        let (read, chunks) = read(vec![Ok("PK\u{3}\u{4}xl/".into())], 10).await;
        assert!(matches!(read, Err(ReadError::File(FileError::NotText(_)))), "{read:?}");
        assert!(chunks.is_empty());
    }

    #[tokio::test]
    async fn a_file_with_more_rows_than_are_taken_says_so() {
        let (read, chunks) = read(vec![Ok(rows(11).into())], 10).await;
        assert!(matches!(read.unwrap().broken_off, Some(BrokenOff::TooManyRows)));
        assert_eq!(chunks[0].rows(), 10);
    }
}
