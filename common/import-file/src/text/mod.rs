//! Makes UTF-8 of a file in whatever encoding it is.

mod damage;
mod western;

use std::io::Read;

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{Decoder, DecoderResult, Encoding, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};

pub(crate) use self::damage::are_undamaged;
use self::western::{Western, end_of_words};
use crate::LOOKAHEAD_BYTES;
use crate::error::{FileError, ReadError};
use crate::file_kind::FileKind;
use crate::inflate::Inflate;

/// Never part of UTF-8: stands where bytes are no text in the file's encoding, so that whatever reads
/// the row finds it to be broken.
const NOT_TEXT: u8 = 0xff;

/// No program that opens lists writes it.
const UTF_32_MARKS: [[u8; 4]; 2] = [[0xff, 0xfe, 0, 0], [0, 0, 0xfe, 0xff]];

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
    Ascii {
        named: Option<&'static Encoding>,
    },
    Utf8,
    Western(Western),
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
            State::Start { .. } | State::Ascii { .. } | State::Unknown => "US-ASCII",
            State::Utf8 => UTF_8.name(),
            State::Western(_) => WINDOWS_1252.name(),
            State::Other(decoder) => decoder.encoding().name(),
        }
    }

    /// Appends some text; false at the end.
    pub(crate) fn fill(&mut self, into: &mut Vec<u8>) -> Result<bool, ReadError> {
        let before = into.len();
        // The beginning of a character or of a word may be kept back.
        while into.len() == before && !self.is_done {
            let is_first = matches!(self.state, State::Start { .. });
            self.read(if is_first { LOOKAHEAD_BYTES } else { self.raw.len() + 1 })?;
            if let State::Start { named } = self.state {
                self.state = self.begin(named)?;
            }
            if let State::Ascii { named } = self.state {
                self.leave_ascii(named, is_first)?;
            }
            let end = self.convert(into);
            self.raw.drain(..end);
            self.is_done = self.ended;
        }
        Ok(into.len() > before)
    }

    /// Appends what was read as UTF-8, and says how much of it that is.
    fn convert(&mut self, into: &mut Vec<u8>) -> usize {
        match &mut self.state {
            State::Other(decoder) => decode(decoder, &self.raw, self.ended, into),
            State::Western(western) => {
                let western = *western;
                let end = self.end_of_words();
                western.decode(&self.raw[..end], into);
                return end;
            }
            State::Unknown => {
                let known = |byte: &u8| if byte.is_ascii() { *byte } else { NOT_TEXT };
                into.extend(self.raw.iter().map(known));
            }
            State::Ascii { .. } => {
                let end = self.end_of_words();
                into.extend_from_slice(&self.raw[..end]);
                return end;
            }
            State::Start { .. } | State::Utf8 => into.extend_from_slice(&self.raw),
        }
        self.raw.len()
    }

    /// How much of what was read has no word that goes on in what is read next: a word is judged as a
    /// whole.
    fn end_of_words(&self) -> usize {
        let words = if self.ended { self.raw.len() } else { end_of_words(&self.raw) };
        // No word is so long.
        let is_all = words == 0 && self.raw.len() >= LOOKAHEAD_BYTES;
        if is_all { self.raw.len() } else { words }
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
        if UTF_32_MARKS.iter().any(|mark| self.raw.starts_with(mark)) {
            return Err(FileError::EncodingUnknown { guess: None }.into());
        }
        let marked = Encoding::for_bom(&self.raw);
        if let Some((_, length)) = marked {
            let mark = self.raw[..length].to_vec();
            // Files that were put together may have more of them.
            while self.raw.starts_with(&mark) {
                self.raw.drain(..length);
            }
        }
        let said = match (marked, named) {
            (Some((encoding, _)), _) => Some(encoding),
            (None, named) => named.filter(|named| !named.is_ascii_compatible()),
        };
        // The last character of UTF-16 may end with a NUL.
        if self.ended && said.is_none_or(Encoding::is_ascii_compatible) {
            self.drop_end_marks();
        }
        let encoding =
            said.map_or_else(|| utf_16_without_mark(&self.raw), |said| Ok(Some(said)))?;
        Ok(match encoding {
            None => State::Ascii { named },
            Some(encoding) if encoding == UTF_8 => State::Utf8,
            Some(encoding) => State::other(encoding),
        })
    }

    /// What old programs end a file with, and what fills a block of some systems.
    fn drop_end_marks(&mut self) {
        let is_text = |byte: &u8| !matches!(byte, b'\0' | b'\x1a');
        let end = self.raw.iter().rposition(is_text).map_or(0, |last| last + 1);
        let nul = self.raw[..end].iter().filter(|byte| **byte == b'\0');
        // Text of two bytes a character has many.
        if nul.count() * 4 < end {
            self.raw.truncate(end);
        }
    }

    /// Decides on the encoding at the first character beyond ASCII.
    fn leave_ascii(
        &mut self,
        named: Option<&'static Encoding>,
        is_first: bool,
    ) -> Result<(), ReadError> {
        let ascii = Encoding::ascii_valid_up_to(&self.raw);
        if ascii == self.raw.len() {
            return Ok(());
        }
        self.read(ascii + LOOKAHEAD_BYTES)?;
        // However the bytes come in, as many of them are looked at.
        let looked_at = &self.raw[..self.raw.len().min(ascii + LOOKAHEAD_BYTES)];
        let is_whole = self.ended && looked_at.len() == self.raw.len();
        let words = if is_whole { looked_at.len() } else { end_of_words(looked_at) };
        let text = if words > ascii { &looked_at[..words] } else { looked_at };
        let rest = &text[ascii..];
        let state = match named {
            Some(named) if named == UTF_8 => Ok(State::Utf8),
            Some(named) if is_surely_utf_8(rest, named) => {
                Err(FileError::IsUtf8 { named: named.name() })
            }
            Some(named) => Ok(State::other(named)),
            None if is_mostly_utf_8(rest) => Ok(State::Utf8),
            None => recognize(text, rest, is_whole),
        };
        self.state = match state {
            Ok(state) => state,
            Err(error) if is_first => return Err(error.into()),
            Err(_) => State::Unknown,
        };
        Ok(())
    }
}

impl State {
    fn other(encoding: &'static Encoding) -> Self {
        Self::Other(Box::new(encoding.new_decoder_without_bom_handling()))
    }
}

/// The state for a text that is not UTF-8, which has all of its characters beyond ASCII in the rest.
fn recognize(text: &[u8], rest: &[u8], is_whole: bool) -> Result<State, FileError> {
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
    detector.feed(rest, is_whole);
    let guess = detector.guess(None, Utf8Detection::Deny);
    // The others differ by frequencies alone, and a list of names is no prose.
    let read_as = |encoding: &'static Encoding| encoding.decode_without_bom_handling(rest).0;
    let is_meant = |western: &Western| {
        guess == WINDOWS_1252
            || (guess.is_single_byte() && western.is_nothing_else())
            || read_as(guess) == read_as(WINDOWS_1252)
    };
    let western = Western::recognize(text).filter(is_meant);
    let unknown = || {
        let is_none = guess == WINDOWS_1252 || joins_alphabets(&read_as(guess));
        FileError::EncodingUnknown { guess: (!is_none).then(|| guess.name()) }
    };
    western.map(State::Western).ok_or_else(unknown)
}

/// Whether most words beyond ASCII are half in Latin and half in a script of Asia, which is how a wrong
/// encoding of several bytes a character reads `Jürgen`.
fn joins_alphabets(text: &str) -> bool {
    let words = text.split(|c: char| c.is_ascii() && !c.is_ascii_alphanumeric());
    let (joined, whole): (Vec<_>, Vec<_>) =
        words.filter(|word| !word.is_ascii()).partition(|word| {
            word.contains(|c: char| c.is_ascii_alphabetic()) && word.contains(|c| c >= '\u{2e80}')
        });
    joined.len() > whole.len()
}

/// The characters beyond ASCII, if it is UTF-8, and what is none.
fn utf_8_characters(bytes: &[u8]) -> (usize, usize) {
    bytes.utf8_chunks().fold((0, 0), |(valid, invalid), chunk| {
        let characters = chunk.valid().chars().filter(|character| !character.is_ascii()).count();
        (valid + characters, invalid + usize::from(!chunk.invalid().is_empty()))
    })
}

/// Single bytes of a UTF-8 file may be broken, and single ones of another may look like UTF-8.
fn is_mostly_utf_8(bytes: &[u8]) -> bool {
    let (valid, invalid) = utf_8_characters(bytes);
    valid > 0 && valid >= invalid
}

/// No text in the encoding that was named looks so by chance.
fn is_surely_utf_8(bytes: &[u8], named: &'static Encoding) -> bool {
    const MANY: usize = 3;
    let (valid, invalid) = utf_8_characters(bytes);
    // What UTF-8 is in an encoding of single bytes is no name: `JosÃ©`.
    let is_certain = valid > 0 && invalid == 0 && named.is_single_byte();
    // The end of what is looked at may divide a character.
    is_certain || (valid >= MANY && invalid <= 1)
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
        // Single ones make their rows broken, and no more.
        (even, odd) if (even + odd) * 100 < bytes.len() => Ok(None),
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
