use proptest::prelude::*;

use super::*;
use crate::characters::every_character;

fn key(input: &str) -> String {
    EmailAddress::parse(input).unwrap().key().to_owned()
}

#[test]
fn ordinary_and_unusual_addresses_are_taken() {
    for address in [
        "ada@example.com",
        "a@b.co",
        "first.last+tag@sub.example.co.uk",
        "o'brien@example.ie",
        "x_y-z@example.museum",
        "用户@例え.jp",
        "δοκιμή@παράδειγμα.δοκιμή",
        "ada@bücher.example",
        "ada@xn--bcher-kva.example",
        "\"quoted\"@example.com",
        "\"a b\"@example.com",
        "संपर्क@डाटामेल.भारत",
        "a@உதாரணம்.சிங்கப்பூர்",
        "தொடர்பு@உதாரணம்.சிங்கப்பூர்",
        "যোগাযোগ@ডাটামেল.ভারত",
        "ข้อมูล@ข้อมูลเมล.ไทย",
        "اتصال@مثال.إختبار",
        "نامه@مثال.ایران",
        "می\u{200c}خواهم@نامه\u{200c}ای.ایران",
        "ශ්\u{200d}රී@ශ්\u{200d}රී.ලංකා",
        "דואר@דוגמה.טעסט",
        "почта@пошта.укр",
        "e\u{327}@example.com",
        "😀@example.com",
        "ada@r3---x.example.com",
    ] {
        let address: &str = &address.nfc().collect::<String>();
        assert_eq!(EmailAddress::parse(address).as_ref().map(EmailAddress::as_str), Ok(address));
    }
}

#[test]
fn what_mail_cannot_be_sent_to_is_refused() {
    for input in [
        "ada",
        "@example.com",
        "ada@",
        "ada@localhost",
        "ada@example..com",
        "ada@.example.com",
        "ada@-example.com",
        "ada@exa mple.com",
        "ada@@example.com",
        ".ada@example.com",
        "ada.@example.com",
        "a..da@example.com",
        "ada@[127.0.0.1]",
        "ada@127.0.0.1",
        "<ada@example.com> <bob@example.com>",
        "mailto:ada@example.com,bob@example.com",
        "ada@example.com,bob@example.com",
        "ada@exam_ple.com",
        "ada @example.com",
        "ada@1.2",
        "ada@xn--a",
        "\"\"@example.com",
        "\"ada@example.com",
        "\"a\"b\"@example.com",
        "e\u{301}@\u{301}a.example",
    ] {
        assert_eq!(EmailAddress::parse(input), Err(ViolationCode::InvalidEmail), "{input:?}");
    }
}

#[test]
fn spellings_of_one_address_share_a_key() {
    assert_eq!(key(" ADA@Example.COM "), "ada@example.com");
    assert_eq!(key("ada@bücher.example"), key("Ada@XN--BCHER-KVA.example"));
    assert_eq!(key("jose\u{301}@example.com"), key("jos\u{e9}@example.com"));
    assert_eq!(key("a@உதாரணம்.சிங்கப்பூர்"), key("a@xn--zkc6cc5bi7f6e.xn--clchc0ea0b2g2a9gcd"));
    assert_eq!(key("ada@ＥＸＡＭＰＬＥ。com"), "ada@example.com");
    assert_eq!(key("ΓΙΆΝΝΗΣ.Κ@example.com"), key("γιάννης.κ@example.com"));
}

#[test]
fn quotes_that_an_address_does_not_need_make_no_other() {
    for spelling in ["\"ada\"@example.com", "\"a\\da\"@EXAMPLE.com", "Ada@example.com"] {
        assert_eq!(key(spelling), "ada@example.com");
    }
    assert_eq!(key("\"a\\ b\"@example.com"), "\"a b\"@example.com");
    assert_ne!(key("\"a b\"@example.com"), key("ab@example.com"));
}

#[test]
fn an_address_is_stored_composed() {
    let address = EmailAddress::parse("jose\u{301}@example.com").unwrap();
    assert_eq!(address.as_str(), "jos\u{e9}@example.com");
}

#[test]
fn what_cannot_be_seen_inside_an_address_is_named() {
    for (input, character) in [
        ("a\u{200b}da@example.com", '\u{200b}'),
        ("ada@exam\u{ad}ple.com", '\u{ad}'),
        ("a\u{0}da@example.com", '\0'),
        ("ada@example.com\nBcc: all@example.com", '\n'),
        ("ada\u{a0}b@example.com", '\u{a0}'),
        ("ada@example\u{fe0f}.com", '\u{fe0f}'),
        ("a\u{200c}da@example.com", '\u{200c}'),
        ("ada@exa\u{200d}mple.com", '\u{200d}'),
    ] {
        let expected = Err(ViolationCode::ForbiddenCharacter(character));
        assert_eq!(EmailAddress::parse(input), expected, "{}", input.escape_unicode());
    }
}

#[test]
fn dots_tags_and_accents_tell_addresses_apart() {
    assert_ne!(key("a.da@example.com"), key("ada@example.com"));
    assert_ne!(key("ada+1@example.com"), key("ada@example.com"));
    assert_ne!(key("josé@example.com"), key("jose@example.com"));
}

#[test]
fn nothing_typed_is_required_and_too_much_is_too_long() {
    assert_eq!(EmailAddress::parse("  "), Err(ViolationCode::Required));
    let long = format!("ada@{}.com", "a.".repeat(124));
    assert_eq!(EmailAddress::parse(&long), Err(ViolationCode::TooLong));
}

#[test]
fn an_address_of_as_many_characters_as_mail_can_carry_is_taken() {
    let address = |labels: &[usize]| {
        let domain: String = labels.iter().map(|&length| "b".repeat(length) + ".").collect();
        format!("{}@{domain}com", "a".repeat(64))
    };
    for (labels, characters) in [(&[63, 18][..], 151), (&[63, 63, 57], 254)] {
        let address = address(labels);
        assert_eq!(address.len(), characters);
        assert_eq!(EmailAddress::parse(&address).unwrap().as_str(), address);
    }
    assert_eq!(EmailAddress::parse(&address(&[63, 63, 58])), Err(ViolationCode::TooLong));
}

#[test]
fn what_stands_before_the_at_sign_has_64_bytes_in_any_script() {
    assert!(EmailAddress::parse(&format!("{}@example.com", "a".repeat(64))).is_ok());
    assert!(EmailAddress::parse(&format!("{}@example.com", "ж".repeat(32))).is_ok());
    for local_part in ["a".repeat(65), "ж".repeat(33), format!("\"{}\"", "a".repeat(63))] {
        let address = format!("{local_part}@example.com");
        assert_eq!(EmailAddress::parse(&address), Err(ViolationCode::LocalPartTooLong));
    }
}

#[test]
fn every_letter_of_every_script_can_be_in_an_address() {
    for letter in every_character().filter(|c| c.is_alphabetic() && !is_invisible(*c)) {
        match EmailAddress::parse(&format!("{letter}@example.com")) {
            Ok(_) => {}
            Err(ViolationCode::Lookalike(found)) => assert!(meant_by(found).is_ascii()),
            Err(other) => panic!("{other:?} for {}", letter.escape_unicode()),
        }
    }
}

/// Scripts that people write in today, among them those with marks, joiners and digits of their
/// own, and both directions.
const SCRIPTS: &str = "Latin Greek Cyrillic Armenian Hebrew Arabic Syriac Thaana Nko Devanagari Bengali \
                       Gurmukhi Gujarati Oriya Tamil Telugu Kannada Malayalam Sinhala Thai Lao Tibetan \
                       Myanmar Georgian Hangul Ethiopic Cherokee Khmer Han Hiragana";

fn word() -> impl Strategy<Value = String> {
    let scripts: Vec<_> = SCRIPTS.split(' ').collect();
    prop::sample::select(scripts).prop_flat_map(|script| {
        let letter = format!("[\\p{{{script}}}&&\\p{{L}}]");
        let others = format!("[\\p{{{script}}}&&[\\p{{L}}\\p{{M}}]]");
        let word = prop::string::string_regex(&format!("{letter}{others}{{0,8}}")).unwrap();
        word.prop_filter("is seen", |word| first_unseen(word).is_none())
    })
}

/// A word that can be a domain's label: IDNA leaves out letters that are written no more.
fn label() -> impl Strategy<Value = String> {
    word()
        .prop_filter("is no label", |word| domain_on_the_internet(&format!("{word}.com")).is_some())
}

proptest! {
    #[test]
    fn an_address_in_any_script_is_one_address_however_it_is_spelt(
        local_part in word(), label in label()
    ) {
        let entered = format!("{local_part}@{label}.com");
        prop_assume!(!matches!(EmailAddress::parse(&entered), Err(ViolationCode::Lookalike(_))));
        let address = EmailAddress::parse(&entered).unwrap();
        prop_assert_eq!(&EmailAddress::parse(address.as_str()).unwrap(), &address);
        let ascii = domain_on_the_internet(&format!("{label}.com")).unwrap();
        for spelling in [
            format!("{local_part}@{ascii}"),
            format!("{local_part}@{}", ascii.to_uppercase()),
            format!("\"{local_part}\"@{label}.com"),
            format!("\u{202b}<{local_part}@{label}。com>\u{202c}"),
            format!("{}@{label}.com", local_part.to_lowercase()),
            entered.nfd().collect(),
        ] {
            prop_assert_eq!(key(&spelling), address.key());
        }
    }

    #[test]
    fn nothing_unseen_is_stored_and_nothing_entered_makes_it_fail(input in ".{0,12}@.{0,12}\\.com") {
        if let Ok(address) = EmailAddress::parse(&input) {
            prop_assert_eq!(first_unseen(address.as_str()), None);
            prop_assert_eq!(EmailAddress::parse(address.as_str()), Ok(address));
        }
    }

    #[test]
    fn a_parsed_address_parses_to_itself_with_the_same_key(
        input in "[a-zA-ZéßİЖ0-9.+_'-]{1,20}@[a-zA-Zü0-9-]{1,20}\\.[a-z]{2,6}|\\PC{0,40}"
    ) {
        if let Ok(address) = EmailAddress::parse(&input) {
            prop_assert!(address.as_str().chars().count() <= EMAIL_MAX_CHARACTERS);
            prop_assert!(address.key().chars().count() <= 320, "the column's width");
            prop_assert_eq!(EmailAddress::parse(address.as_str()), Ok(address));
        }
    }

    #[test]
    fn the_case_of_ascii_letters_never_makes_another_address(
        input in "[a-zA-Z0-9]{1,20}@[a-zA-Z]{1,20}\\.[a-zA-Z]{2,6}"
    ) {
        prop_assert_eq!(key(&input.to_uppercase()), key(&input.to_lowercase()));
    }
}
