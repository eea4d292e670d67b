use registrar_domain::ReferenceSealer;
use secrecy::SecretString;

use super::corpus::holds_for;

/// The corpus has references that were sealed with these.
const SECRET: &str = "the secret of the corpus";
const OLDER_SECRET: &str = "the older secret of the corpus";

/// How people may spell a reference, undone.
fn canonical(text: &str) -> String {
    let plain = text.chars().filter(|c| !['-', ' '].contains(c)).map(|c| c.to_ascii_uppercase());
    plain
        .map(|c| {
            if c == 'O' {
                '0'
            } else if ['I', 'L'].contains(&c) {
                '1'
            } else {
                c
            }
        })
        .collect()
}

#[test]
fn any_text_is_a_sealed_reference_or_unknown() {
    let (current, older) = (SecretString::from(SECRET), SecretString::from(OLDER_SECRET));
    let sealer = ReferenceSealer::new(&current, std::slice::from_ref(&older));
    let before = ReferenceSealer::new(&older, &[]);
    let opened = std::cell::Cell::new(0);
    holds_for("reference", |bytes| {
        let text = String::from_utf8_lossy(bytes);
        let Ok(id) = sealer.open(&text) else { return };
        opened.set(opened.get() + 1);
        let issued = [sealer.seal(id), before.seal(id)].map(|reference| reference.to_string());
        assert!(issued.contains(&canonical(&text)), "{text:?} is not one of {issued:?}");
    });
    assert!(opened.get() > 0, "the corpus has some that were sealed");
}
