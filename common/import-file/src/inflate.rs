//! Takes gzip off, if there is any, within bounds.

use std::io::{self, BufRead, BufReader, Chain, Cursor, Read};

use flate2::bufread::GzDecoder;

use crate::error::{FileError, ReadError};

/// How gzip begins (RFC 1952).
const GZIP: [u8; 2] = [0x1f, 0x8b];
/// How many times its compressed size a file may expand to. Ten columns of blank cells come to 27.
const RATIO_MAX: u64 = 200;
/// Up to here a file may expand as it likes, since the first block may be all blank.
const RATIO_FROM_BYTES: u64 = 1024 * 1024;
/// What gzip may add to what it cannot compress, beside a part of it.
const GZIP_ADDS_BYTES: u64 = 1024 * 1024;

/// The file's own bytes, whether it came as gzip or not.
pub(crate) struct Inflate<R: Read> {
    bytes: Stream<R>,
    max_bytes: u64,
    read: u64,
}

/// The bytes as they came, beginning with those that were looked at.
type Whole<R> = Chain<Cursor<Vec<u8>>, R>;

enum Stream<R: Read> {
    Plain(Whole<R>),
    Gzip(Gzip<Counted<BufReader<Whole<R>>>>),
}

/// The members of a gzip file, one after the other.
struct Gzip<R> {
    /// Taken out only where one member ends and the next begins.
    member: Option<Box<GzDecoder<R>>>,
}

impl<R: BufRead> Gzip<R> {
    fn new(source: R) -> Self {
        Self { member: Some(Box::new(GzDecoder::new(source))) }
    }

    fn source(&self) -> Option<&R> {
        self.member.as_ref().map(|member| member.get_ref())
    }
}

impl<R: BufRead> Read for Gzip<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        loop {
            let Some(member) = &mut self.member else { return Ok(0) };
            let read = member.read(into)?;
            if read > 0 || into.is_empty() || !skip_padding(member.get_mut())? {
                return Ok(read);
            }
            let ended = self.member.take();
            self.member = ended.map(|member| Box::new(GzDecoder::new(member.into_inner())));
        }
    }
}

/// Passes over the zeros that fill the last block of some systems; false at the end.
fn skip_padding(source: &mut impl BufRead) -> io::Result<bool> {
    loop {
        let next = source.fill_buf()?;
        let zeros = next.iter().take_while(|byte| **byte == 0).count();
        if zeros < next.len() {
            source.consume(zeros);
            return Ok(true);
        }
        if zeros == 0 {
            return Ok(false);
        }
        source.consume(zeros);
    }
}

impl<R: Read> Inflate<R> {
    pub(crate) fn new(mut source: R, max_bytes: u64) -> Result<Self, ReadError> {
        let mut first = Vec::new();
        source.by_ref().take(GZIP.len() as u64).read_to_end(&mut first)?;
        let is_gzip = first == GZIP;
        let whole = Cursor::new(first).chain(source);
        let bytes = if is_gzip {
            // Members that are empty never come to be counted as bytes of the file.
            let most = max_bytes.saturating_add(max_bytes / 64).saturating_add(GZIP_ADDS_BYTES);
            let counted = Counted { source: BufReader::new(whole), taken: 0, most };
            Stream::Gzip(Gzip::new(counted))
        } else {
            Stream::Plain(whole)
        };
        Ok(Self { bytes, max_bytes, read: 0 })
    }

    pub(crate) fn is_gzip(&self) -> bool {
        matches!(self.bytes, Stream::Gzip(_))
    }

    /// Some of the next bytes; none at the end.
    pub(crate) fn read(&mut self, into: &mut [u8]) -> Result<usize, ReadError> {
        let read = match &mut self.bytes {
            Stream::Plain(source) => source.read(into)?,
            Stream::Gzip(decoder) => {
                let read = decoder.read(into).map_err(|error| {
                    // What the decoder itself has to say is of these kinds; the rest is the source's.
                    match error.kind() {
                        io::ErrorKind::InvalidInput
                        | io::ErrorKind::InvalidData
                        | io::ErrorKind::UnexpectedEof => FileError::GzipBroken.into(),
                        io::ErrorKind::FileTooLarge => {
                            FileError::TooLarge { limit: self.max_bytes }.into()
                        }
                        _ => ReadError::Source(error),
                    }
                })?;
                let expanded = self.read + read as u64;
                let taken = decoder.source().map_or(u64::MAX, |source| source.taken);
                if expanded > RATIO_FROM_BYTES && expanded > RATIO_MAX.saturating_mul(taken) {
                    return Err(FileError::ExpandsTooMuch { limit: RATIO_MAX }.into());
                }
                read
            }
        };
        self.read += read as u64;
        if self.read > self.max_bytes {
            return Err(FileError::TooLarge { limit: self.max_bytes }.into());
        }
        Ok(read)
    }
}

/// Counts what is taken, which is bounded.
struct Counted<R> {
    source: R,
    taken: u64,
    most: u64,
}

impl<R: BufRead> Read for Counted<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let read = self.source.read(into)?;
        self.taken += read as u64;
        Ok(read)
    }
}

impl<R: BufRead> BufRead for Counted<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.taken > self.most {
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        self.source.fill_buf()
    }

    fn consume(&mut self, amount: usize) {
        self.taken += amount as u64;
        self.source.consume(amount);
    }
}
