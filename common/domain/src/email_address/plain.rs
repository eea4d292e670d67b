//! The short way for the addresses that most people have: ASCII, with nothing pasted around them.
//! The tests compare it with the long way, which it must never contradict.

use super::local_part::{LOCAL_PART_MAX_BYTES, is_dot_atom};
use super::{EMAIL_MAX_CHARACTERS, EmailAddress};

/// The most bytes of a label of a domain, and of a whole domain (RFC 1035, section 2.3.4).
const LABEL_MAX_BYTES: usize = 63;
const DOMAIN_MAX_BYTES: usize = 253;
/// Begins a label that stands for one in another script, which only IDNA can read.
const ENCODED_PREFIX: &[u8] = b"xn--";

/// The address, if nothing has to be composed, decoded, unpacked or unquoted to know it; `None`
/// says nothing about its validity.
pub(super) fn parse(input: &str) -> Option<EmailAddress> {
    let (local_part, domain) = input.split_once('@')?;
    let is_plain = input.is_ascii()
        && input.len() <= EMAIL_MAX_CHARACTERS
        && local_part.len() <= LOCAL_PART_MAX_BYTES
        && is_dot_atom(local_part)
        && is_plain_domain(domain);
    is_plain.then(|| EmailAddress {
        entered: input.to_owned(),
        key: input.bytes().any(|b| b.is_ascii_uppercase()).then(|| input.to_ascii_lowercase()),
    })
}

fn is_plain_domain(domain: &str) -> bool {
    let is_named = domain
        .rsplit_once('.')
        .is_some_and(|(_, top_level)| top_level.bytes().any(|b| b.is_ascii_alphabetic()));
    is_named
        && domain.len() <= DOMAIN_MAX_BYTES
        && domain.as_bytes().split(|&b| b == b'.').all(is_plain_label)
}

fn is_plain_label(label: &[u8]) -> bool {
    let is_encoded = label
        .get(..ENCODED_PREFIX.len())
        .is_some_and(|start| start.eq_ignore_ascii_case(ENCODED_PREFIX));
    (1..=LABEL_MAX_BYTES).contains(&label.len())
        && label.iter().all(|b| b.is_ascii_alphanumeric() || *b == b'-')
        && !label.starts_with(b"-")
        && !label.ends_with(b"-")
        && !is_encoded
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn an_address_that_most_people_have_goes_the_short_way() {
        for input in ["ada@example.com", "Ada.L+tag@Sub.example.co.uk", "o'brien@r3---a.example"] {
            assert_eq!(parse(input), EmailAddress::parse_any(input).ok(), "{input}");
            assert!(parse(input).is_some(), "{input}");
        }
    }

    #[test]
    fn an_address_that_needs_reading_goes_the_long_way() {
        for input in [
            "zoë@example.com",
            "ada@xn--bcher-kva.example",
            "ada@XN--bcher-kva.example",
            "\"ada\"@example.com",
            "<ada@example.com>",
            " ada@example.com",
            "ada@example.com.",
            "ada@localhost",
            "ada@1.2.3.4",
        ] {
            assert_eq!(parse(input), None, "{input}");
        }
    }

    /// What is an address or nearly one: a wrong label, a wrong length, one odd character more.
    fn nearly_an_address() -> impl Strategy<Value = String> {
        let local_part = "[a-zA-Z0-9.+_'-]{1,8}|[a-z]{63,65}|\"[ -~]{0,4}\"";
        let label = "[a-zA-Z0-9-]{1,6}|[a-z]{62,64}|[xX]n--[a-z0-9-]{0,8}|[0-9]{1,3}";
        let odd = prop::option::weighted(
            0.3,
            ("[\\x00-\\x7f]|ж|mailto:|\\. ", any::<prop::sample::Index>()),
        );
        (local_part, prop::collection::vec(label, 1..6), odd).prop_map(
            |(local_part, labels, odd)| {
                let mut address = format!("{local_part}@{}", labels.join("."));
                if let Some((odd, index)) = odd {
                    address.insert_str(index.index(address.len() + 1), &odd);
                }
                address
            },
        )
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(4_096))]

        #[test]
        fn the_short_way_finds_what_the_long_way_finds(input in nearly_an_address()) {
            if let Some(address) = parse(&input) {
                prop_assert_eq!(EmailAddress::parse_any(&input), Ok(address));
            }
        }
    }
}
