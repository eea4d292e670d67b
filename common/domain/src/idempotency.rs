use std::fmt;

use ring::hmac::{Key, sign};
use secrecy::SecretString;
use uuid::Uuid;

use super::mac::keyed;
use super::{RegistrationId, Student};

/// A key shorter than this could be guessed, and a key opens the status of its registration.
pub const IDEMPOTENCY_KEY_MIN_CHARACTERS: usize = 16;
/// The most characters that a key has.
pub const IDEMPOTENCY_KEY_MAX_CHARACTERS: usize = 255;

/// Room for what most ids are derived from, so that it is not moved while it is written.
const MOST_IDS_BYTES: usize = 256;

/// What a client sends as `Idempotency-Key`, so that the same request, repeated, ends in one
/// registration.
///
/// `Debug` hides the value: it opens a registration's status.
#[derive(Clone, PartialEq, Eq)]
pub struct IdempotencyKey(String);

/// The header's value is not a usable key: the caller's fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "An Idempotency-Key must have {IDEMPOTENCY_KEY_MIN_CHARACTERS} to \
     {IDEMPOTENCY_KEY_MAX_CHARACTERS} visible ASCII characters, for instance a UUID."
)]
pub struct MalformedIdempotencyKey;

/// The secret from which registrations' ids are derived, made ready for use once.
#[derive(Clone)]
pub struct DerivationKey(Key);

impl DerivationKey {
    /// The key of this secret.
    pub fn new(secret: &SecretString) -> Self {
        Self(keyed(secret))
    }

    /// The id of a student's registration in this scope: the same on every instance that holds the
    /// same secret, with no store.
    ///
    /// The content is part of it, so that an id always carries one content. Of the e-mail address its
    /// key counts: two spellings are one address.
    pub(crate) fn registration_id(&self, scope: &[&str], student: &Student) -> RegistrationId {
        let names = [student.first_name().as_str(), student.last_name().as_str()];
        let content = [names[0], names[1], student.email().key()];
        let mut parts = Vec::with_capacity(MOST_IDS_BYTES);
        for part in scope.iter().copied().chain(content) {
            // The length goes first, so that no two lists of parts are the same bytes.
            parts.extend_from_slice(&(part.len() as u64).to_be_bytes());
            parts.extend_from_slice(part.as_bytes());
        }
        let mut bytes = [0; 16];
        bytes.copy_from_slice(&sign(&self.0, &parts).as_ref()[..16]);
        RegistrationId::derived(bytes)
    }
}

impl IdempotencyKey {
    /// Reads the header's value: a string in double quotes, as the IETF draft
    /// draft-ietf-httpapi-idempotency-key-header has it, or the bare key that most clients send.
    pub fn parse(value: &str) -> Result<Self, MalformedIdempotencyKey> {
        let value = value.trim();
        let key = value.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).unwrap_or(value);
        let length = IDEMPOTENCY_KEY_MIN_CHARACTERS..=IDEMPOTENCY_KEY_MAX_CHARACTERS;
        let is_plain = key.bytes().all(|b| b.is_ascii_graphic() && b != b'"' && b != b'\\');
        if length.contains(&key.len()) && is_plain {
            Ok(Self(key.to_owned()))
        } else {
            Err(MalformedIdempotencyKey)
        }
    }

    /// A key of its own for a form that came without a usable one: a version 7 UUID, whose 74 random
    /// bits cannot be guessed.
    pub fn generate() -> Self {
        Self(Uuid::now_v7().to_string())
    }

    /// The key itself, for the form that sends it again.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The registration that this key stands for in `scope` (who may use the key, and for what),
    /// sent with the data of `student`. The same key with another student is another registration, and
    /// no student is answered with the outcome of another.
    pub fn registration_id(
        &self,
        derivation_key: &DerivationKey,
        scope: &str,
        student: &Student,
    ) -> RegistrationId {
        derivation_key.registration_id(&["idempotency", scope, &self.0], student)
    }
}

impl fmt::Debug for IdempotencyKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("IdempotencyKey(hidden)")
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    const KEY: &str = "8e03978e-40d5-43dd-bc93-6894a57f9324";

    fn id(secret: &str, scope: &str, key: &str) -> RegistrationId {
        id_for(secret, scope, key, ["Zo\u{eb}", "Lovelace", "ada@example.com"])
    }

    fn id_for(secret: &str, scope: &str, key: &str, content: [&str; 3]) -> RegistrationId {
        let [first_name, last_name, email] = content;
        let student = Student::parse(first_name, last_name, email).unwrap();
        let key = IdempotencyKey::parse(key).unwrap();
        key.registration_id(&DerivationKey::new(&secret.into()), scope, &student)
    }

    #[test]
    fn the_same_key_and_content_always_lead_to_the_same_id() {
        // Written down, because a change of the derivation would register repeated requests twice.
        assert_eq!(
            id("derivation secret", "register", KEY).to_string(),
            "c16e8a84-54da-8872-be68-302f97f93ce4"
        );
    }

    #[test]
    fn another_key_scope_or_secret_leads_to_another_id() {
        let usual = id("secret", "register", KEY);
        assert_ne!(usual, id("secret", "register", "another-key-of-16+"));
        assert_ne!(usual, id("secret", "import", KEY));
        assert_ne!(usual, id("other", "register", KEY));
    }

    #[test]
    fn the_same_key_with_another_content_leads_to_another_id() {
        let contents = [
            ["Ada", "Lovelace", "ada@example.com"],
            ["Zoe", "Lovelace", "ada@example.com"],
            ["Ada", "Byron", "ada@example.com"],
            ["Ada", "Lovelace", "ada@example.org"],
            ["Lovelace", "Ada", "ada@example.com"],
            ["AdaL", "ovelace", "ada@example.com"],
            ["Ada", "LovelaceA", "da@example.com"],
        ];
        let ids: HashSet<_> =
            contents.iter().map(|content| id_for("secret", "register", KEY, *content)).collect();
        assert_eq!(ids.len(), contents.len());
    }

    #[test]
    fn one_content_in_other_spellings_leads_to_the_same_id() {
        let usual = id("secret", "register", KEY);
        for content in [
            ["  Zoe\u{308} ", "Lovelace", "ada@example.com"],
            ["Zo\u{eb}", "Lovelace\n", " ADA@Example.COM "],
        ] {
            assert_eq!(id_for("secret", "register", KEY, content), usual);
        }
    }

    #[test]
    fn a_quoted_key_is_the_same_as_a_bare_one() {
        assert_eq!(IdempotencyKey::parse(&format!("\"{KEY}\"")), IdempotencyKey::parse(KEY));
    }

    #[test]
    fn a_generated_key_is_a_key_and_is_no_other() {
        let key = IdempotencyKey::generate();
        assert_eq!(IdempotencyKey::parse(key.as_str()).as_ref(), Ok(&key));
        assert_ne!(IdempotencyKey::generate(), key);
    }

    #[test]
    fn a_key_that_could_be_guessed_or_is_not_plain_is_malformed() {
        let too_long = "k".repeat(256);
        for key in ["", "fifteen-letters", "sixteen\u{e9}-letters", "with a space in it", &too_long]
        {
            assert_eq!(IdempotencyKey::parse(key), Err(MalformedIdempotencyKey), "{key}");
        }
        assert!(IdempotencyKey::parse("sixteen-letters!").is_ok());
        assert!(IdempotencyKey::parse(&"k".repeat(255)).is_ok());
    }
}
