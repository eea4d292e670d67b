mod local_part;
mod lookalike;
mod pasted;
mod plain;

use std::fmt;

use idna::uts46::{AsciiDenyList, DnsLength, Hyphens, Uts46};
pub(super) use lookalike::meant_by;
use unicode_normalization::UnicodeNormalization as _;

use super::ViolationCode;
use super::characters::{is_blank, is_invisible, is_joiner, is_seen_between};

/// The most characters (Unicode scalar values) that an e-mail address has: the bytes of a path in
/// RFC 5321, section 4.5.3.1.3, without its brackets.
pub const EMAIL_MAX_CHARACTERS: usize = 254;
/// The most bytes, in UTF-8, of what stands before the @ of an e-mail address.
pub const EMAIL_LOCAL_PART_MAX_BYTES: usize = local_part::LOCAL_PART_MAX_BYTES;

/// An e-mail address that mail could be sent to: RFC 5321, in every script after RFC 6531.
///
/// Keeps the address as entered, and a [key](Self::key) by which two spellings of one address are
/// found equal. `Debug` hides both: they are personal data and must not reach a log.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct EmailAddress {
    entered: String,
    /// `None` when the address as entered is its own key, as most are.
    key: Option<String>,
}

impl EmailAddress {
    /// Reads an address as a person typed or pasted it.
    pub fn parse(input: &str) -> Result<Self, ViolationCode> {
        match plain::parse(input) {
            Some(address) => Ok(address),
            None => Self::parse_any(input),
        }
    }

    /// Reads an address of any script, however it was typed or pasted.
    fn parse_any(input: &str) -> Result<Self, ViolationCode> {
        let entered: String = pasted::address_in(input).nfc().collect();
        if entered.is_empty() {
            return Err(ViolationCode::Required);
        }
        if entered.chars().count() > EMAIL_MAX_CHARACTERS {
            return Err(ViolationCode::TooLong);
        }
        if let Some(character) = first_unseen(&entered) {
            return Err(ViolationCode::ForbiddenCharacter(character));
        }
        let (local_part, domain) =
            local_part::split(&entered).ok_or(ViolationCode::InvalidEmail)?;
        if local_part.len() > EMAIL_LOCAL_PART_MAX_BYTES {
            return Err(ViolationCode::LocalPartTooLong);
        }
        if let Some(character) = lookalike::find(local_part, domain) {
            return Err(ViolationCode::Lookalike(character));
        }
        let content = local_part::content(local_part).ok_or(ViolationCode::InvalidEmail)?;
        let domain = domain_on_the_internet(domain).ok_or(ViolationCode::InvalidEmail)?;
        let local_part: String = local_part::spelt(&folded(&content)).nfc().collect();
        let key = format!("{local_part}@{domain}");
        Ok(Self { key: (key != entered).then_some(key), entered })
    }

    /// The address as entered, without what was pasted around it.
    pub fn as_str(&self) -> &str {
        &self.entered
    }

    /// The address by which a student is registered once: the local part in lower case, with quotes
    /// only where it needs them, and the domain in its ASCII form. Dots and `+tags` are kept, since
    /// their meaning is the provider's own.
    pub fn key(&self) -> &str {
        self.key.as_deref().unwrap_or(&self.entered)
    }
}

/// What cannot be seen in the address, or looks like a space and is none.
fn first_unseen(address: &str) -> Option<char> {
    let mut characters = address.char_indices();
    let (_, unseen) = characters.find(|&(at, character)| {
        let after = || &address[at + character.len_utf8()..];
        if is_joiner(character) {
            !is_seen_between(&address[..at], character, after())
        } else {
            is_invisible(character) || character != ' ' && is_blank(character)
        }
    })?;
    Some(unseen)
}

/// In lower case, where a final sigma is a sigma: which of both a capital one stands for depends on
/// what follows it.
fn folded(local_part: &str) -> String {
    local_part.to_lowercase().replace('ς', "σ")
}

/// The ASCII form of a domain with a top level, which is never all digits (RFC 3696, section 2):
/// `1.2.3.4` is no domain.
fn domain_on_the_internet(domain: &str) -> Option<String> {
    let ascii = Uts46::new()
        .to_ascii(
            domain.as_bytes(),
            AsciiDenyList::STD3,
            // RFC 5321 has names such as `r3---a`, which IDNA keeps for prefixes like its own.
            Hyphens::CheckFirstLast,
            DnsLength::Verify,
        )
        .ok()?;
    let (_, top_level) = ascii.rsplit_once('.')?;
    top_level.contains(|c: char| c.is_ascii_alphabetic()).then(|| ascii.into_owned())
}

impl fmt::Debug for EmailAddress {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("EmailAddress(hidden)")
    }
}

#[cfg(test)]
mod tests;
