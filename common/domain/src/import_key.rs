use std::fmt::{self, Write as _};

use ring::digest::{SHA256, digest};
use ring::rand::{SecureRandom as _, SystemRandom};
use secrecy::{ExposeSecret as _, SecretString};
use subtle::ConstantTimeEq as _;

use super::{DerivationKey, RegistrationId, Student};

/// The most characters of an importer's name.
const IMPORTER_MAX_CHARACTERS: usize = 100;
/// Lets people and secret scanners see what a leaked key is for.
const PREFIX: &str = "registrar_";
/// Too many to guess: 256 bits.
const RANDOM_BYTES: usize = 32;

/// Who imports students, such as a school or a nightly job. Keys come and go; what they import
/// belongs to the importer.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Importer(String);

/// The name is not one that an importer can have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "An importer's name has 1 to {IMPORTER_MAX_CHARACTERS} characters: a to z, A to Z, digits, dots, \
     hyphens and underscores."
)]
pub struct MalformedImporter;

impl Importer {
    /// Reads a name.
    pub fn parse(name: &str) -> Result<Self, MalformedImporter> {
        let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b".-_".contains(&byte);
        let fits = (1..=IMPORTER_MAX_CHARACTERS).contains(&name.len());
        if fits && name.bytes().all(is_plain) {
            Ok(Self(name.to_owned()))
        } else {
            Err(MalformedImporter)
        }
    }

    /// The registration of a student that this importer sends: the same however often, so that a
    /// file can be uploaded again.
    pub fn registration_id(
        &self,
        derivation_key: &DerivationKey,
        student: &Student,
    ) -> RegistrationId {
        derivation_key.registration_id(&["import", &self.0], student)
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Importer {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// What an importer sends as `Authorization: Bearer …`. It is shown once, when it is made: what is
/// kept is its [`ImportKeyHash`].
#[derive(Clone, Debug)]
pub struct ImportKey(SecretString);

/// There is no random number to be had from the operating system.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("The operating system gives no random numbers.")]
pub struct NoRandomness;

impl ImportKey {
    /// A key that no importer has.
    pub fn generate() -> Result<Self, NoRandomness> {
        let mut random = [0; RANDOM_BYTES];
        SystemRandom::new().fill(&mut random).map_err(|_| NoRandomness)?;
        let mut key = PREFIX.to_owned();
        for byte in random {
            let _never_fails = write!(key, "{byte:02x}");
        }
        Ok(Self(key.into()))
    }

    /// Reads what a client sent; nothing when it has not the form of a key.
    pub fn parse(text: &str) -> Option<Self> {
        let digits = text.strip_prefix(PREFIX)?;
        let is_key = digits.len() == 2 * RANDOM_BYTES
            && digits.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
        is_key.then(|| Self(text.to_owned().into()))
    }

    /// The key itself, to be shown once.
    pub fn expose(&self) -> &str {
        self.0.expose_secret()
    }

    /// What is kept of it. Nothing slows a guess down, since 256 random bits cannot be guessed.
    pub fn hash(&self) -> ImportKeyHash {
        let mut hash = [0; 32];
        hash.copy_from_slice(digest(&SHA256, self.expose().as_bytes()).as_ref());
        ImportKeyHash(hash)
    }
}

/// SHA-256 of a key. Comparing takes the same time wherever two differ.
#[derive(Clone, Debug)]
pub struct ImportKeyHash([u8; 32]);

impl ImportKeyHash {
    /// The hash as it was kept.
    pub fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The hash as it is kept.
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl PartialEq for ImportKeyHash {
    fn eq(&self, other: &Self) -> bool {
        self.0.ct_eq(&other.0).into()
    }
}

impl Eq for ImportKeyHash {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_read_as_it_was_made_and_no_two_are_the_same() {
        let key = ImportKey::generate().unwrap();
        assert_eq!(ImportKey::parse(key.expose()).unwrap().hash(), key.hash());
        assert_ne!(ImportKey::generate().unwrap().hash(), key.hash());
    }

    #[test]
    fn what_has_not_the_form_of_a_key_is_none() {
        let key = ImportKey::generate().unwrap();
        let key = key.expose();
        for text in ["", "registrar_", &key[1..], &key[..key.len() - 1], &key.to_uppercase()] {
            assert!(ImportKey::parse(text).is_none(), "{text}");
        }
        assert!(ImportKey::parse(&format!("{key}0")).is_none());
    }

    #[test]
    fn a_key_is_never_printed_and_its_hash_does_not_tell_it() {
        let key = ImportKey::generate().unwrap();
        let printed = format!("{key:?} {:?}", key.hash());
        assert!(!printed.contains(key.expose()), "{printed}");
        assert!(!printed.contains(&key.expose()[PREFIX.len()..]), "{printed}");
    }

    #[test]
    fn a_student_has_one_registration_with_each_importer() {
        let key = DerivationKey::new(&"a derivation secret of some length".to_owned().into());
        let [north, south] = ["north", "south"].map(|name| Importer::parse(name).unwrap());
        let ada = Student::parse("Ada", "King", "ada@example.com").unwrap();
        let again = Student::parse(" Ada ", "King", "ADA@Example.com").unwrap();
        assert_eq!(north.registration_id(&key, &ada), north.registration_id(&key, &again));
        assert_ne!(north.registration_id(&key, &ada), south.registration_id(&key, &ada));
        let other = Student::parse("Eda", "King", "ada@example.com").unwrap();
        assert_ne!(north.registration_id(&key, &ada), north.registration_id(&key, &other));
    }

    #[test]
    fn importers_have_names_that_fit_a_metric_and_a_table() {
        for name in ["north-school", "sis.example", "A_1", &"x".repeat(100)] {
            assert_eq!(Importer::parse(name).unwrap().as_str(), name);
        }
        for name in ["", " ", "a b", "é", "a/b", &"x".repeat(101)] {
            assert_eq!(Importer::parse(name), Err(MalformedImporter), "{name}");
        }
    }
}
