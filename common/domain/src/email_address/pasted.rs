//! What comes along when an address is copied from a mail, a list or a page.

use std::borrow::Cow;

use icu_properties::props::{GeneralCategory, TerminalPunctuation};
use icu_properties::{CodePointMapData, CodePointSetData};
use percent_encoding::percent_decode_str;

use crate::characters::{is_blank, is_invisible};

const SCHEME: &str = "mailto:";
/// Of the keyboards that write wide letters. Never part of an address that mail is sent to.
const OTHER_AT_SIGNS: [char; 2] = ['\u{FF20}', '\u{FE6B}'];
/// Written around an address in chats and lists, and characters of an address themselves.
const SYMMETRIC: &str = "\"'`*_~";

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
    without_wrapper(address)
        .or_else(|| beside_brackets(address))
        .or_else(|| after_label(address))
        .unwrap_or(address)
        .into()
}

/// The address of a link (RFC 6068), without the subject and the rest of what it may ask for.
fn without_scheme(address: &str) -> Option<Cow<'_, str>> {
    let (scheme, rest) = address.split_at_checked(SCHEME.len())?;
    let to = rest.split('?').next().filter(|_| scheme.eq_ignore_ascii_case(SCHEME))?;
    // Other schemes have two slashes, so people write them here too.
    let to = to.strip_prefix("//").unwrap_or(to);
    // A link and its text, as chats write them.
    let to = match to.split_once('|') {
        Some((link, text)) if link.eq_ignore_ascii_case(text) => link,
        _ => to,
    };
    // Escapes of bytes that are no text stay what they are.
    Some(percent_decode_str(to).decode_utf8().unwrap_or(Cow::Borrowed(to)))
}

/// What stands between quotes, brackets or marks for bold text. Their end is never that of an address.
fn without_wrapper(address: &str) -> Option<&str> {
    let mut characters = address.chars();
    let (opening, closing) = (characters.next()?, characters.next_back()?);
    let is_pair = match opening {
        '<' => closing == '>',
        '＜' => closing == '＞',
        '(' => closing == ')',
        '[' => closing == ']',
        '{' => closing == '}',
        _ if opening.is_ascii() => closing == opening && SYMMETRIC.contains(opening),
        _ => is_quote_or_bracket(opening) && is_quote_or_bracket(closing),
    };
    let inside = characters.as_str();
    // Otherwise it is the end of another pair: `[ada@example.com](mailto:ada@example.com)`.
    (is_pair && !inside.contains(closing)).then_some(inside)
}

/// Of any language: what opens in one closes in another.
fn is_quote_or_bracket(character: char) -> bool {
    use GeneralCategory::{
        ClosePunctuation, FinalPunctuation, InitialPunctuation, OpenPunctuation,
    };
    matches!(
        CodePointMapData::<GeneralCategory>::new().get(character),
        OpenPunctuation | ClosePunctuation | InitialPunctuation | FinalPunctuation
    )
}

/// `Ada Lovelace <ada@example.com>` or `ada@example.com (Ada Lovelace)`, as mail programs write them,
/// and `ada@example.com<mailto:ada@example.com>`, as they paste a link.
fn beside_brackets(address: &str) -> Option<&str> {
    let (before, inside) = [('<', '>'), ('(', ')'), ('[', ']')]
        .into_iter()
        .find_map(|(opening, closing)| address.strip_suffix(closing)?.rsplit_once(opening))?;
    if !inside.contains('@') {
        // Only what is in round brackets is a comment; `<Ada>` and `[127.0.0.1]` are not.
        return Some(before).filter(|before| address.ends_with(')') && before.contains('@'));
    }
    // Where there is another address, either may be meant.
    let inner = without_scheme(inside).unwrap_or(Cow::Borrowed(inside));
    (!before.contains('@') || before.contains(&*inner)).then_some(inside)
}

/// `Email: ada@example.com`. Without the space it may be a name and a password.
fn after_label(address: &str) -> Option<&str> {
    let (label, address) = address.split_once([':', '：'])?;
    let is_label = !label.contains(['@', '"']) && address.starts_with(is_blank);
    is_label.then_some(address)
}

/// What separates an address from what follows it in a list or a sentence, and ends none.
fn ends_a_clause(character: char) -> bool {
    character == '…' || CodePointSetData::new::<TerminalPunctuation>().contains(character)
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
            "ada@example.com!",
            "ada@example.com…",
            "ada@example.com۔",
            "ada@example.com।",
            "„ada@example.com“",
            "»ada@example.com«",
            "’ada@example.com’",
            "「ada@example.com」",
            "（ada@example.com）。",
            "`ada@example.com`",
            "*ada@example.com*",
            "Ada Lovelace (ada@example.com)",
            "Ada Lovelace [mailto:ada@example.com]",
            "ada@example.com (Ada Lovelace)",
            "ada@example.com<mailto:ada@example.com>",
            "ada@example.com <mailto:ada@example.com>;",
            "[ada@example.com](mailto:ada@example.com)",
            "<mailto:ada@example.com|ada@example.com>",
            "Email: ada@example.com",
            "E-Mail：\u{a0}ada@example.com",
            "From: Ada <ada@example.com>",
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
            "bob@example.com<mailto:ada@example.com>",
            "[bob@example.com](mailto:ada@example.com)",
            "(ada@example.com) (bob@example.com)",
            "Ada <ada@example.com>, Bob <bob@example.com>",
            "ada@[127.0.0.1]",
            "_ada_@example.com",
            "*ada@example.com",
            "user:pass@example.com",
            "ada lovelace@example.com",
            "a＠b@example.com",
        ] {
            assert_eq!(address_in(input), input);
        }
        assert_eq!(address_in("mailto:o%27brien%2Bx@example.com"), "o'brien+x@example.com");
        assert_eq!(address_in("mailto:%ff@example.com"), "%ff@example.com");
    }
}
