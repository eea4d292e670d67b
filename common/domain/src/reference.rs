use std::fmt;
use std::sync::LazyLock;

use data_encoding::{Encoding, Specification};
use ring::hmac::{Context, Key};
use secrecy::SecretString;
use subtle::ConstantTimeEq as _;

use super::mac::keyed;
use super::{ImportId, Importer, RegistrationId};

const ALPHABET: &str = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const ID_BYTES: usize = 16;
/// 48 bits: a guess is right once in 2.8e14, and the API limits how often one may guess.
const TAG_BYTES: usize = 6;
const SEALED_BYTES: usize = ID_BYTES + TAG_BYTES;

/// Crockford's base32: no I, L, O or U, which people confuse (<https://www.crockford.com/base32.html>).
static BASE32: LazyLock<Encoding> = LazyLock::new(|| {
    let mut base32 = Specification::new();
    base32.symbols.push_str(ALPHABET);
    base32.translate.from.push_str("abcdefghjkmnpqrstvwxyzOoIiLl");
    base32.translate.to.push_str("ABCDEFGHJKMNPQRSTVWXYZ001111");
    base32.ignore.push_str("- ");
    #[expect(clippy::expect_used, reason = "the same each time, tests included")]
    base32.encoding().expect("32 symbols are an alphabet")
});

/// What people and URLs carry for a registration or an import: its id sealed with a MAC, 36 characters
/// long.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Reference(String);

impl Reference {
    /// The reference in its canonical, upper-case spelling.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Reference {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// The registration that a reference names, without proof that it was ever issued: for operators,
/// who have the database but not the secret. However people spell it, as with
/// [`ReferenceSealer::open`].
pub fn id_named_by(reference: &str) -> Result<RegistrationId, UnknownReference> {
    let (id, _) = decode_parts(reference).ok_or(UnknownReference)?;
    Ok(RegistrationId::from_bytes(id))
}

/// The text is not a reference that was issued: forged or mistyped.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("No registration has this reference. Check it for typing errors.")]
pub struct UnknownReference;

/// The text is not a reference of an import of this importer: forged, mistyped or another's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("No import of yours has this reference. Check it and the key for typing errors.")]
pub struct UnknownImport;

/// Makes references, and checks with no look-up that one was issued.
///
/// Secrets rotate: put the new one first and keep the old ones for as long as their references
/// shall work. The first seals, all of them open.
#[derive(Clone)]
pub struct ReferenceSealer {
    first: Key,
    older: Vec<Key>,
}

impl ReferenceSealer {
    /// A sealer with a current secret and the ones it replaced.
    pub fn new(current: &SecretString, older: &[SecretString]) -> Self {
        Self { first: keyed(current), older: older.iter().map(keyed).collect() }
    }

    /// The reference of a registration. Hand it out only once the registration is accepted.
    pub fn seal(&self, id: RegistrationId) -> Reference {
        seal(id.as_bytes(), tag(&self.first, &registration_parts(&id)))
    }

    /// The registration of a reference, however people spell it: in any case, with hyphens or
    /// spaces, with O for 0 and I or L for 1.
    pub fn open(&self, text: &str) -> Result<RegistrationId, UnknownReference> {
        let (id, given_tag) = decode_parts(text).ok_or(UnknownReference)?;
        let id = RegistrationId::from_bytes(id);
        let is_genuine = self.is_genuine(given_tag, &registration_parts(&id));
        if is_genuine { Ok(id) } else { Err(UnknownReference) }
    }

    /// The reference of an import: it opens for its importer and for no other.
    pub fn seal_import(&self, id: ImportId, importer: &Importer) -> Reference {
        seal(id.as_bytes(), tag(&self.first, &import_parts(&id, importer)))
    }

    /// The import of a reference, however people spell it.
    pub fn open_import(&self, text: &str, importer: &Importer) -> Result<ImportId, UnknownImport> {
        let (id, given_tag) = decode_parts(text).ok_or(UnknownImport)?;
        let id = ImportId::from_bytes(id);
        let is_genuine = self.is_genuine(given_tag, &import_parts(&id, importer));
        if is_genuine { Ok(id) } else { Err(UnknownImport) }
    }

    fn is_genuine(&self, given: [u8; TAG_BYTES], sealed: &[&[u8]]) -> bool {
        let mut keys = std::iter::once(&self.first).chain(&self.older);
        keys.any(|key| tag(key, sealed).ct_eq(&given).into())
    }
}

fn registration_parts(id: &RegistrationId) -> [&[u8]; 2] {
    [b"registrar reference", id.as_bytes()]
}

/// The importer comes last: all before it have one length.
fn import_parts<'a>(id: &'a ImportId, importer: &'a Importer) -> [&'a [u8]; 3] {
    [b"registrar import", id.as_bytes(), importer.as_str().as_bytes()]
}

fn tag(key: &Key, parts: &[&[u8]]) -> [u8; TAG_BYTES] {
    let mut mac = Context::with_key(key);
    for part in parts {
        mac.update(part);
    }
    let mut tag = [0; TAG_BYTES];
    tag.copy_from_slice(&mac.sign().as_ref()[..TAG_BYTES]);
    tag
}

fn seal(id: &[u8; ID_BYTES], tag: [u8; TAG_BYTES]) -> Reference {
    let mut sealed = [0; SEALED_BYTES];
    sealed[..ID_BYTES].copy_from_slice(id);
    sealed[ID_BYTES..].copy_from_slice(&tag);
    Reference(BASE32.encode(&sealed))
}

/// The id and the tag.
fn decode_parts(text: &str) -> Option<([u8; ID_BYTES], [u8; TAG_BYTES])> {
    let sealed = decode(text)?;
    let (id, tag) = sealed.split_at(ID_BYTES);
    Some((id.try_into().ok()?, tag.try_into().ok()?))
}

fn decode(text: &str) -> Option<[u8; SEALED_BYTES]> {
    BASE32.decode(text.as_bytes()).ok()?.try_into().ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const CHARACTERS: usize = (SEALED_BYTES * 8).div_ceil(5);

    fn sealer(secrets: &[&str]) -> ReferenceSealer {
        let secrets: Vec<_> = secrets.iter().map(|s| SecretString::from(*s)).collect();
        ReferenceSealer::new(&secrets[0], &secrets[1..])
    }

    #[test]
    fn a_reference_never_changes_its_spelling() {
        // Written down, because people keep references on paper.
        let id = RegistrationId::parse("0199d3c4-5a00-7000-8000-000000000001").unwrap();
        assert_eq!(sealer(&["secret"]).seal(id).as_str(), "06CX7H2T01R010000000000004FBA5YTS330");
    }

    #[test]
    fn a_truncated_reference_is_refused() {
        let sealer = sealer(&["secret"]);
        let reference = sealer.seal(RegistrationId::generate()).to_string();
        for length in 0..reference.len() {
            assert_eq!(sealer.open(&reference[..length]), Err(UnknownReference));
        }
        assert_eq!(sealer.open(&format!("{reference}0")), Err(UnknownReference));
    }

    #[test]
    fn a_reference_sealed_with_another_secret_is_refused() {
        let reference = sealer(&["another secret"]).seal(RegistrationId::generate());
        assert_eq!(sealer(&["secret"]).open(reference.as_str()), Err(UnknownReference));
    }

    #[test]
    fn references_of_an_older_secret_open_after_a_rotation() {
        let id = RegistrationId::generate();
        let before = sealer(&["old"]).seal(id);
        let rotated = sealer(&["new", "old"]);
        assert_eq!(rotated.open(before.as_str()), Ok(id));
        assert_eq!(sealer(&["new"]).open(rotated.seal(id).as_str()), Ok(id), "the first seals");
    }

    #[test]
    fn the_reference_of_an_import_opens_for_its_importer_and_no_other() {
        let [north, south] = ["north", "south"].map(|name| Importer::parse(name).unwrap());
        let id = ImportId::generate();
        let before = sealer(&["old"]).seal_import(id, &north);
        let sealer = sealer(&["new", "old"]);
        let reference = sealer.seal_import(id, &north);
        for reference in [&before, &reference] {
            assert_eq!(sealer.open_import(reference.as_str(), &north), Ok(id));
            assert_eq!(sealer.open_import(reference.as_str(), &south), Err(UnknownImport));
            assert_eq!(sealer.open(reference.as_str()), Err(UnknownReference));
        }
        let registration = sealer.seal(RegistrationId::from_bytes(*id.as_bytes()));
        assert_eq!(sealer.open_import(registration.as_str(), &north), Err(UnknownImport));
        for text in ["", "é", "../../etc/passwd", &"0".repeat(36)] {
            assert_eq!(sealer.open_import(text, &north), Err(UnknownImport), "{text}");
        }
    }

    #[test]
    fn bytes_outside_the_alphabet_are_refused() {
        let sealer = sealer(&["secret"]);
        for text in ["", "U", "é", "../../etc/passwd", &"U".repeat(36), &"0".repeat(1_000)] {
            assert_eq!(sealer.open(text), Err(UnknownReference), "{text}");
        }
    }

    proptest! {
        #[test]
        fn every_id_comes_back_from_its_reference(bytes: [u8; 16]) {
            let sealer = sealer(&["secret"]);
            let id = RegistrationId::from_bytes(bytes);
            let reference = sealer.seal(id);
            prop_assert_eq!(reference.as_str().len(), CHARACTERS);
            prop_assert_eq!(sealer.open(reference.as_str()), Ok(id));
            prop_assert_eq!(id_named_by(reference.as_str()), Ok(id));
        }

        #[test]
        fn people_may_spell_a_reference_their_way(bytes: [u8; 16], position in 1..CHARACTERS) {
            let sealer = sealer(&["secret"]);
            let id = RegistrationId::from_bytes(bytes);
            let mut spelt = sealer.seal(id).as_str().to_lowercase().replace('0', "o");
            spelt.insert(position, '-');
            prop_assert_eq!(sealer.open(&spelt), Ok(id));
            prop_assert_eq!(sealer.open(&spelt.replace('1', "i")), Ok(id));
            prop_assert_eq!(sealer.open(&spelt.replace('1', "L")), Ok(id));
        }

        #[test]
        fn a_flipped_bit_is_refused(bytes: [u8; 16], bit in 0..CHARACTERS * 5) {
            let sealer = sealer(&["secret"]);
            let reference = sealer.seal(RegistrationId::from_bytes(bytes));
            let mut characters = reference.as_str().as_bytes().to_vec();
            let digit = ALPHABET.find(char::from(characters[bit / 5])).unwrap();
            characters[bit / 5] = ALPHABET.as_bytes()[digit ^ (1 << (bit % 5))];
            let text = String::from_utf8(characters).unwrap();
            prop_assert_eq!(sealer.open(&text), Err(UnknownReference));
        }

        #[test]
        fn no_text_makes_it_fail(text: String) {
            prop_assert_eq!(sealer(&["secret"]).open(&text), Err(UnknownReference));
        }
    }
}
