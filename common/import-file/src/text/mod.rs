//! Makes UTF-8 of a file in whatever encoding it is.

mod plausible;

use std::io::Read;

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{Decoder, DecoderResult, Encoding, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};

use self::plausible::is_plausible;
use crate::LOOKAHEAD_BYTES;
use crate::error::{FileError, ReadError};
use crate::file_kind::FileKind;
use crate::inflate::Inflate;

/// Never part of UTF-8: stands where bytes are no text in the file's encoding, so that whatever reads
/// the row finds it to be broken.
const NOT_TEXT: u8 = 0xff;

/// The text of a file, in UTF-8 but for what is no text at all.
pub(crate) struct Text<R: Read> {
    bytes: Inflate<R>,
    raw: Vec<u8>,
    ended: bool,
    /// Everything was given.
    is_done: bool,
    state: State,
}

enum State {
    Start {
        named: Option<&'static Encoding>,
    },
    /// Nothing but ASCII so far.
    Ascii,
    Utf8,
    Other(Box<Decoder>),
    /// It is uncertain, and rows were given already: rows beyond ASCII are broken ones.
    Unknown,
}

impl<R: Read> Text<R> {
    pub(crate) fn new(bytes: Inflate<R>, named: Option<&'static Encoding>) -> Self {
        Self { bytes, raw: Vec::new(), ended: false, is_done: false, state: State::Start { named } }
    }

    pub(crate) fn is_gzip(&self) -> bool {
        self.bytes.is_gzip()
    }

    /// The encoding as far as it is known.
    pub(crate) fn encoding(&self) -> &'static str {
        match &self.state {
            State::Start { .. } | State::Ascii | State::Unknown => "US-ASCII",
            State::Utf8 => UTF_8.name(),
            State::Other(decoder) => decoder.encoding().name(),
        }
    }

    /// Appends some text; false at the end.
    pub(crate) fn fill(&mut self, into: &mut Vec<u8>) -> Result<bool, ReadError> {
        if self.is_done {
            return Ok(false);
        }
        let is_first = matches!(self.state, State::Start { .. });
        self.read(if is_first { LOOKAHEAD_BYTES } else { 1 })?;
        if let State::Start { named } = self.state {
            self.state = self.begin(named)?;
        }
        if matches!(self.state, State::Ascii) {
            self.leave_ascii(is_first)?;
        }
        let before = into.len();
        match &mut self.state {
            State::Other(decoder) => decode(decoder, &self.raw, self.ended, into),
            _ => into.extend_from_slice(&self.raw),
        }
        self.raw.clear();
        self.is_done = self.ended;
        // A decoder may keep the beginning of a character back.
        Ok(into.len() > before || self.fill(into)?)
    }

    /// Reads until there are so many bytes, or until the end.
    fn read(&mut self, at_least: usize) -> Result<(), ReadError> {
        let mut length = self.raw.len();
        while length < at_least && !self.ended {
            self.raw.resize(length.max(at_least) + LOOKAHEAD_BYTES, 0);
            let read = self.bytes.read(&mut self.raw[length..])?;
            self.ended = read == 0;
            length += read;
        }
        self.raw.truncate(length);
        Ok(())
    }

    /// What the first bytes and the caller say.
    fn begin(&mut self, named: Option<&'static Encoding>) -> Result<State, ReadError> {
        if let Some(kind) = FileKind::from_first_bytes(&self.raw) {
            return Err(FileError::NotText(kind).into());
        }
        let marked = Encoding::for_bom(&self.raw);
        if let Some((_, length)) = marked {
            self.raw.drain(..length);
        }
        let encoding = match (marked, named) {
            (Some((encoding, _)), _) | (None, Some(encoding)) => Some(encoding),
            (None, None) => utf_16_without_mark(&self.raw)?,
        };
        Ok(match encoding {
            None => State::Ascii,
            Some(encoding) if encoding == UTF_8 => State::Utf8,
            Some(encoding) => State::Other(Box::new(encoding.new_decoder_without_bom_handling())),
        })
    }

    /// Decides on the encoding at the first character beyond ASCII.
    fn leave_ascii(&mut self, is_first: bool) -> Result<(), ReadError> {
        let ascii = Encoding::ascii_valid_up_to(&self.raw);
        if ascii == self.raw.len() {
            return Ok(());
        }
        self.read(ascii + LOOKAHEAD_BYTES)?;
        let rest = &self.raw[ascii..];
        if begins_as_utf_8(rest) {
            self.state = State::Utf8;
            return Ok(());
        }
        let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
        detector.feed(rest, self.ended);
        let guess = detector.guess(None, Utf8Detection::Deny);
        // The others differ by frequencies alone, and a list of names is no prose.
        let is_certain = guess == WINDOWS_1252 && is_plausible(&self.raw, guess);
        self.state = if is_certain {
            State::Other(Box::new(guess.new_decoder_without_bom_handling()))
        } else if is_first {
            let guess = (guess != WINDOWS_1252).then(|| guess.name());
            return Err(FileError::EncodingUnknown { guess }.into());
        } else {
            State::Unknown
        };
        Ok(())
    }
}

fn begins_as_utf_8(bytes: &[u8]) -> bool {
    match str::from_utf8(bytes) {
        Ok(_) => true,
        Err(error) => error.valid_up_to() > 0,
    }
}

/// Text has no NUL, and UTF-16 of a European list has one for every second byte.
fn utf_16_without_mark(bytes: &[u8]) -> Result<Option<&'static Encoding>, FileError> {
    let nul_at = |parity| bytes.iter().skip(parity).step_by(2).filter(|byte| **byte == 0).count();
    let (even, odd) = (nul_at(0), nul_at(1));
    let half = bytes.len() / 4;
    match (even, odd) {
        (0, 0) => Ok(None),
        (0, odd) if odd >= half => Ok(Some(UTF_16LE)),
        (even, 0) if even >= half => Ok(Some(UTF_16BE)),
        _ => Err(FileError::NotText(FileKind::Binary)),
    }
}

fn decode(decoder: &mut Decoder, mut bytes: &[u8], is_last: bool, into: &mut Vec<u8>) {
    loop {
        let filled = into.len();
        let needed = decoder.max_utf8_buffer_length_without_replacement(bytes.len());
        into.resize(filled + needed.unwrap_or(bytes.len()), 0);
        let (result, read, written) =
            decoder.decode_to_utf8_without_replacement(bytes, &mut into[filled..], is_last);
        into.truncate(filled + written);
        bytes = &bytes[read..];
        match result {
            DecoderResult::InputEmpty => return,
            DecoderResult::Malformed(..) => into.push(NOT_TEXT),
            DecoderResult::OutputFull => {}
        }
    }
}
