//! What comes along when an address is copied from a mail, a list or a page.

use std::borrow::Cow;

use percent_encoding::percent_decode_str;

use crate::domain::characters::{is_blank, is_invisible};

const SCHEME: &str = "mailto:";
/// Of the keyboards that write wide letters. Never part of an address that mail is sent to.
const OTHER_AT_SIGNS: [char; 2] = ['\u{FF20}', '\u{FE6B}'];
/// Pairs that an address is put between. None of their ends can end an address.
const WRAPPERS: [(char, char); 9] = [
    ('<', '>'),
    ('(', ')'),
    ('[', ']'),
    ('"', '"'),
    ('\'', '\''),
    ('“', '”'),
    ('‘', '’'),
    ('«', '»'),
    ('＜', '＞'),
];

/// The address in what was entered, which is nothing else than the address when it is given again.
pub(super) fn address_in(input: &str) -> Cow<'_, str> {
    let mut address = Cow::Borrowed(input);
    loop {
        let bare = unpacked(&address);
        if bare == address {
            break;
        }
        address = Cow::Owned(bare.into_owned());
    }
    if !address.contains('@') && address.contains(OTHER_AT_SIGNS) {
        address = Cow::Owned(address.replace(OTHER_AT_SIGNS, "@"));
    }
    address
}

/// Without one layer of what does not belong to it.
fn unpacked(input: &str) -> Cow<'_, str> {
    let address = input.trim_matches(|c| is_invisible(c) || is_blank(c));
    if let Some(address) = without_scheme(address) {
        return address;
    }
    let address = address.trim_end_matches(ends_a_clause);
    let wrapped = WRAPPERS
        .iter()
        .find_map(|&(opening, closing)| address.strip_prefix(opening)?.strip_suffix(closing));
    wrapped.or_else(|| after_display_name(address)).unwrap_or(address).into()
}

/// The address of a link (RFC 6068), without the subject and the rest of what it may ask for.
fn without_scheme(address: &str) -> Option<Cow<'_, str>> {
    let (scheme, rest) = address.split_at_checked(SCHEME.len())?;
    let to = rest.split('?').next().filter(|_| scheme.eq_ignore_ascii_case(SCHEME))?;
    // Other schemes have two slashes, so people write them here too.
    let to = to.strip_prefix("//").unwrap_or(to);
    // Escapes of bytes that are no text stay what they are.
    Some(percent_decode_str(to).decode_utf8().unwrap_or(Cow::Borrowed(to)))
}

/// `Ada Lovelace <ada@example.com>`, as mail programs write it.
fn after_display_name(address: &str) -> Option<&str> {
    let (name, address) = address.strip_suffix('>')?.split_once('<')?;
    // Where the name is another address, either may be meant.
    (!name.contains('@') || name.contains(address)).then_some(address)
}

/// What separates an address from what follows it in a list or a sentence, and ends none.
fn ends_a_clause(character: char) -> bool {
    matches!(
        character,
        '.' | ',' | ';' | ':' | '،' | '؛' | '。' | '、' | '，' | '；' | '：' | '．' | '｡' | '､'
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_copied_along_is_left_out() {
        for input in [
            "\u{202a}ada@example.com\u{202c}",
            "\u{200b}ada@example.com\u{feff}",
            "\u{2066}\u{ad}\u{200e}ada@example.com\u{a0}\u{fe0f}",
            "\u{3000}ada@example.com\r\n",
            "mailto:ada@example.com",
            "MailTo:%20ada%40example.com?subject=Hello&cc=bob@example.com",
            "<mailto://ada@example.com>",
            "<ada@example.com>",
            "Ada <ada@example.com>",
            "\"Lovelace, Ada\" <ada@example.com>;",
            "ada@example.com <ada@example.com>",
            "(ada@example.com).",
            "“ada@example.com”,",
            "ada@example.com.",
            "ada@example.com؛",
            "ada＠example.com",
            "ada﹫example.com\u{202c}",
        ] {
            assert_eq!(address_in(input), "ada@example.com", "{}", input.escape_unicode());
        }
    }

    #[test]
    fn what_is_part_of_the_address_stays() {
        for input in [
            "\"ada\"@example.com",
            "\"mailto:ada\"@example.com",
            "mailto@example.com",
            "o'brien@example.com",
            "'ada'@example.com",
            "a?b@example.com",
            "a%40b@example.com",
            "ada@example.com <bob@example.com",
            "bob@example.com <ada@example.com>",
            "a＠b@example.com",
        ] {
            assert_eq!(address_in(input), input);
        }
        assert_eq!(address_in("mailto:o%27brien%2Bx@example.com"), "o'brien+x@example.com");
        assert_eq!(address_in("mailto:%ff@example.com"), "%ff@example.com");
    }
}
