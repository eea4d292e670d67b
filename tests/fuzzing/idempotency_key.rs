use registrar_domain::{
    DerivationKey, IDEMPOTENCY_KEY_MAX_CHARACTERS, IDEMPOTENCY_KEY_MIN_CHARACTERS, IdempotencyKey,
    Student,
};

use super::corpus::holds_for;

#[test]
fn any_header_is_a_key_in_either_notation_or_refused() {
    let secret = DerivationKey::new(&"the secret of the corpus".into());
    let student = Student::parse("Ada", "Lovelace", "ada@example.com").unwrap();
    holds_for("idempotency_key", |bytes| {
        let text = String::from_utf8_lossy(bytes);
        let Ok(key) = IdempotencyKey::parse(&text) else { return };
        let bare = text.trim().trim_matches('"');
        let length = IDEMPOTENCY_KEY_MIN_CHARACTERS..=IDEMPOTENCY_KEY_MAX_CHARACTERS;
        assert!(length.contains(&bare.len()) && bare.bytes().all(|b| b.is_ascii_graphic()));
        let id = key.registration_id(&secret, "register", &student);
        assert_eq!(id.generated_at(), None);
        for notation in [bare.to_owned(), format!("\"{bare}\"")] {
            let same = IdempotencyKey::parse(&notation).unwrap();
            assert_eq!(same.registration_id(&secret, "register", &student), id);
        }
    });
}
