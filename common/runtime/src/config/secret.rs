//! Secrets given as settings. Each error completes a sentence that does not show the value.

use secrecy::SecretString;

/// The least number of characters of a secret: 32 random hexadecimal digits carry 128 bits.
pub const MIN_SECRET_CHARACTERS: usize = 32;

/// Secrets in order of age, the newest first: the first makes, all are accepted.
///
/// Has at least one. A type of its own, since clap reads a `Vec` as a flag given many times.
#[derive(Clone, Debug)]
pub struct SecretList(Vec<SecretString>);

impl SecretList {
    pub fn as_slice(&self) -> &[SecretString] {
        &self.0
    }
}

/// Parses one secret of at least [`MIN_SECRET_CHARACTERS`] characters.
pub fn secret(value: &str) -> Result<SecretString, String> {
    if value.chars().count() < MIN_SECRET_CHARACTERS {
        return Err(format!("it must have at least {MIN_SECRET_CHARACTERS} characters"));
    }
    Ok(SecretString::from(value))
}

/// Parses secrets separated by commas, each of at least [`MIN_SECRET_CHARACTERS`] characters.
/// Blanks around a comma are not part of a secret.
pub fn secret_list(value: &str) -> Result<SecretList, String> {
    value
        .split(',')
        .map(|one| secret(one.trim()))
        .collect::<Result<_, _>>()
        .map(SecretList)
        .map_err(|_| {
            format!(
                "it must be secrets separated by commas, each of at least \
                 {MIN_SECRET_CHARACTERS} characters"
            )
        })
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret;

    use super::*;

    const LONG: &str = "0123456789abcdef0123456789abcdef";

    #[test]
    fn a_secret_of_32_characters_is_long_enough() {
        assert_eq!(secret(LONG).unwrap().expose_secret(), LONG);
        assert!(secret(&LONG[1..]).is_err());
    }

    #[test]
    fn a_list_keeps_its_order() {
        let newer = LONG.to_uppercase();
        let list = secret_list(&format!("{newer}, {LONG}")).unwrap();
        let exposed: Vec<&str> = list.as_slice().iter().map(ExposeSecret::expose_secret).collect();
        assert_eq!(exposed, [newer.as_str(), LONG]);
    }

    #[test]
    fn one_short_or_empty_entry_refuses_the_whole_list() {
        for list in [String::new(), format!("{LONG},"), format!("{LONG},short")] {
            assert!(secret_list(&list).is_err());
        }
    }

    #[test]
    fn debug_output_hides_every_secret() {
        let list = secret_list(LONG).unwrap();
        assert!(!format!("{list:?}").contains("0123"));
    }
}
