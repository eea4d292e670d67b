//! The ways to name one dead letter.

use std::str::FromStr;

use registrar_domain::{RegistrationId, id_named_by};

/// A dead letter, by its own number or by its registration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum DeadLetterName {
    Number(u64),
    Registration(RegistrationId),
}

impl FromStr for DeadLetterName {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if let Ok(number) = text.parse() {
            return Ok(Self::Number(number));
        }
        // A UUID has 32 digits and a reference 36, so neither can be taken for the other.
        RegistrationId::parse(text)
            .or_else(|| id_named_by(text).ok())
            .map(Self::Registration)
            .ok_or("it must be a dead letter's number, a registration's id or a reference")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_letter_is_named_by_its_number_its_registration_or_the_reference() {
        let id = RegistrationId::parse("0199d3c4-5a00-7000-8000-000000000001").unwrap();
        for (text, expected) in [
            ("17", DeadLetterName::Number(17)),
            ("0199d3c4-5a00-7000-8000-000000000001", DeadLetterName::Registration(id)),
            ("0199D3C45A0070008000000000000001", DeadLetterName::Registration(id)),
            ("06CX7H2T01R010000000000004FBA5YTS330", DeadLetterName::Registration(id)),
            ("06cx-7h2t-o1r0-1000-0000-0000-04fb-a5yt-s33o", DeadLetterName::Registration(id)),
        ] {
            assert_eq!(text.parse(), Ok(expected), "{text}");
        }
    }

    #[test]
    fn anything_else_names_no_letter() {
        for text in
            ["", "-1", "undecodable", "0199d3c4", "99999999999999999999999", "06CX7H2T01R01000"]
        {
            assert!(text.parse::<DeadLetterName>().is_err(), "{text}");
        }
    }
}
