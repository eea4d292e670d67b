use std::fmt;

use email_address::{EmailAddress as ParsedAddress, Options};
use unicode_normalization::UnicodeNormalization as _;

use super::ViolationCode;

/// The most characters (Unicode scalar values) that an e-mail address has.
pub const EMAIL_MAX_CHARACTERS: usize = 150;

/// An e-mail address that mail could be sent to (RFC 5321, international ones after RFC 6531).
///
/// Keeps the address as entered, and a [key](Self::key) by which two spellings of one address are
/// found equal. `Debug` hides both: they are personal data and must not reach a log.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct EmailAddress {
    entered: String,
    key: String,
}

impl EmailAddress {
    /// Reads an address as a person typed it.
    pub fn parse(input: &str) -> Result<Self, ViolationCode> {
        let entered: String = input.trim().nfc().collect();
        if entered.is_empty() {
            return Err(ViolationCode::Required);
        }
        if entered.chars().count() > EMAIL_MAX_CHARACTERS {
            return Err(ViolationCode::TooLong);
        }
        let options = Options::default().with_required_tld().without_domain_literal();
        let address = ParsedAddress::parse_with_options(&entered, options.without_display_text())
            .map_err(|_| ViolationCode::InvalidEmail)?;
        let domain = idna::domain_to_ascii_strict(address.domain())
            .map_err(|_| ViolationCode::InvalidEmail)?;
        if !is_host_on_the_internet(&domain) || address.local_part().chars().any(char::is_control) {
            return Err(ViolationCode::InvalidEmail);
        }
        let local_part: String = address.local_part().to_lowercase().nfc().collect();
        Ok(Self { key: format!("{local_part}@{domain}"), entered })
    }

    /// The address as entered, trimmed.
    pub fn as_str(&self) -> &str {
        &self.entered
    }

    /// The address by which a student is registered once: the local part in lower case, the domain
    /// in its ASCII form. Dots and `+tags` are kept, since their meaning is the provider's own.
    pub fn key(&self) -> &str {
        &self.key
    }
}

/// Has a top-level domain, which is never all digits (RFC 3696, section 2): `1.2.3.4` is no domain.
fn is_host_on_the_internet(ascii_domain: &str) -> bool {
    ascii_domain
        .rsplit_once('.')
        .is_some_and(|(_, top_level)| top_level.chars().any(|c| c.is_ascii_alphabetic()))
}

impl fmt::Debug for EmailAddress {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("EmailAddress(hidden)")
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn key(input: &str) -> String {
        EmailAddress::parse(input).unwrap().key
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
        ] {
            assert_eq!(
                EmailAddress::parse(address).as_ref().map(EmailAddress::as_str),
                Ok(address)
            );
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
            "ada@example.com.",
            "ada@-example.com",
            "ada@exa mple.com",
            "ada@@example.com",
            ".ada@example.com",
            "ada.@example.com",
            "a..da@example.com",
            "ada@[127.0.0.1]",
            "ada@127.0.0.1",
            "Ada <ada@example.com>",
            "ada@example.com,bob@example.com",
            "ada@exam_ple.com",
            "a\u{0}da@example.com",
            "ada@example.com\nBcc: all@example.com",
        ] {
            assert_eq!(EmailAddress::parse(input), Err(ViolationCode::InvalidEmail), "{input:?}");
        }
    }

    #[test]
    fn spellings_of_one_address_share_a_key() {
        assert_eq!(key(" ADA@Example.COM "), "ada@example.com");
        assert_eq!(key("ada@bücher.example"), key("Ada@XN--BCHER-KVA.example"));
        assert_eq!(key("jose\u{301}@example.com"), key("jos\u{e9}@example.com"));
    }

    #[test]
    fn dots_and_tags_tell_addresses_apart() {
        assert_ne!(key("a.da@example.com"), key("ada@example.com"));
        assert_ne!(key("ada+1@example.com"), key("ada@example.com"));
    }

    #[test]
    fn accents_tell_addresses_apart() {
        assert_ne!(key("josé@example.com"), key("jose@example.com"));
    }

    #[test]
    fn nothing_typed_is_required_and_too_much_is_too_long() {
        assert_eq!(EmailAddress::parse("  "), Err(ViolationCode::Required));
        let long = format!("ada@{}.com", "a.".repeat(80));
        assert_eq!(EmailAddress::parse(&long), Err(ViolationCode::TooLong));
    }

    proptest! {
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
}
