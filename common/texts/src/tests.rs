use std::collections::{BTreeMap, BTreeSet};

use registrar_domain::{Field, RejectionCode, Student, Violation, ViolationCode};
use serde_json::Value;

use super::Language;

fn leaves(value: &Value, path: &str, into: &mut BTreeMap<String, String>) {
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                leaves(member, &format!("{path}/{name}"), into);
            }
        }
        Value::String(sentence) => _ = into.insert(path.to_owned(), sentence.clone()),
        other => panic!("{path} is {other}, and a catalogue has only sentences"),
    }
}

fn sentences(language: Language) -> BTreeMap<String, String> {
    let mut sentences = BTreeMap::new();
    leaves(language.texts().catalogue(), "", &mut sentences);
    sentences
}

fn placeholders(sentence: &str) -> BTreeSet<&str> {
    sentence.split('{').skip(1).map(|rest| rest.split('}').next().unwrap()).collect()
}

#[test]
fn every_language_has_the_same_sentences_with_the_same_placeholders() {
    let english = sentences(Language::English);
    assert!(english.len() > 50, "there is something to compare");
    for language in Language::ALL {
        let others = sentences(language);
        assert!(others.keys().eq(english.keys()), "{language:?}");
        for (path, sentence) in &others {
            assert!(!sentence.trim().is_empty(), "{path} of {language:?}");
            assert_eq!(placeholders(sentence), placeholders(&english[path]), "{path}");
        }
    }
}

#[test]
fn every_catalogue_says_what_the_code_needs() {
    for language in Language::ALL {
        let texts = language.texts();
        let statuses = [texts.accepted(), texts.unreadable(), texts.registered(), texts.on_hold()];
        for said in [texts.language_name(), texts.away(), texts.busy()].iter().chain(&statuses) {
            assert!(!said.is_empty(), "{language:?}");
        }
        assert_eq!(texts.catalogue()["language"]["code"], language.code());
        assert!(!texts.problem("never heard of").is_empty());
        assert_ne!(texts.away(), texts.busy());
    }
}

#[test]
fn every_rule_has_a_sentence_in_every_language_with_its_limit_filled_in() {
    let of_all = [ViolationCode::Required, ViolationCode::TooLong];
    let only_of_names = [ViolationCode::NoLetter];
    let only_of_first_names = [ViolationCode::NoLetter, ViolationCode::NoName];
    let only_of_addresses = [
        ViolationCode::ForbiddenCharacter('\u{200b}'),
        ViolationCode::InvalidEmail,
        ViolationCode::LocalPartTooLong,
        ViolationCode::Lookalike('۱'),
    ];
    for language in Language::ALL {
        for field in Field::ALL {
            let others = match field {
                Field::FirstName => &only_of_first_names[..],
                Field::LastName => &only_of_names,
                Field::Email => &only_of_addresses,
            };
            for &code in of_all.iter().chain(others) {
                let sentence = language.texts().violation(&Violation { field, code });
                assert!(!sentence.is_empty() && !sentence.contains('{'), "{field:?} {code:?}");
            }
            assert!(language.texts().fault(field, "repeated").is_some());
            assert!(language.texts().fault(field, "not_a_string").is_none());
        }
    }
}

#[test]
fn a_violation_says_what_to_do() {
    let violations = Student::parse("", &"x".repeat(101), "ada").unwrap_err();
    let said: Vec<_> = violations.iter().map(|v| Language::English.texts().violation(v)).collect();
    assert_eq!(
        said,
        [
            "Enter your first name, or “-” if you have only one name.",
            "Your last name must be 100 characters or fewer.",
            "Enter an email address in the correct format, like name@example.com.",
        ]
    );
}

#[test]
fn a_character_that_is_in_the_way_is_named_and_what_to_write_instead() {
    let said = |language: Language, code| {
        language.texts().violation(&Violation { field: Field::Email, code })
    };
    for language in Language::ALL {
        let unseen = said(language, ViolationCode::ForbiddenCharacter('\u{200b}'));
        assert!(unseen.contains("U+200B"), "{unseen}");
    }
    assert_eq!(
        said(Language::English, ViolationCode::Lookalike('۳')),
        "Write “3” instead of “۳” in your email address, for instance with an English keyboard."
    );
    assert_eq!(
        said(Language::Persian, ViolationCode::Lookalike('۳')),
        "در نشانی ایمیل به‌جای «\u{2068}۳\u{2069}»، «\u{2068}3\u{2069}» بنویسید؛ برای نمونه \
         با صفحه‌کلید انگلیسی."
    );
}

#[test]
fn a_status_says_until_when_and_why() {
    for language in Language::ALL {
        let texts = language.texts();
        assert!(texts.paused("12:00").contains("12:00"));
        assert!(!texts.rejected(RejectionCode::Unknown).is_empty());
        let rejected = RejectionCode::ALL.map(|code| texts.rejected(code));
        assert!(
            rejected.iter().all(|&sentence| sentence != texts.rejected(RejectionCode::Unknown))
        );
    }
}

#[test]
fn a_language_is_known_by_its_code_in_any_case() {
    assert_eq!(Language::with_code("fa"), Some(Language::Persian));
    assert_eq!(Language::with_code("EN"), Some(Language::English));
    assert_eq!(Language::with_code("de"), None);
    assert_eq!(Language::with_code(""), None);
}
