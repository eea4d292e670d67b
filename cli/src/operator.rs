//! Who does it.

use std::env;

use anyhow::Context as _;
use clap::Args;

const NAME_MAX_CHARACTERS: usize = 255;
const REASON_MAX_CHARACTERS: usize = 1_000;

#[derive(Debug, Args)]
pub(crate) struct OperatorArguments {
    /// Who does this, for the record; otherwise the user who is logged in.
    #[arg(long = "by", value_name = "NAME", env = "REGISTRAR_OPERATOR", value_parser = name)]
    by: Option<String>,
}

impl OperatorArguments {
    pub(crate) fn name(&self) -> anyhow::Result<String> {
        // The user behind sudo, not root.
        let logged_in = ["SUDO_USER", "USER", "LOGNAME"].into_iter().filter_map(|variable| {
            let value = env::var(variable).ok()?;
            name(&value).ok()
        });
        self.by
            .iter()
            .cloned()
            .chain(logged_in)
            .next()
            .context("Say who you are, for the record: give --by NAME, or set REGISTRAR_OPERATOR.")
    }
}

fn name(text: &str) -> Result<String, String> {
    bounded(text, NAME_MAX_CHARACTERS)
}

pub(crate) fn reason(text: &str) -> Result<String, String> {
    bounded(text, REASON_MAX_CHARACTERS)
}

fn bounded(text: &str, max: usize) -> Result<String, String> {
    let text = text.trim();
    if text.is_empty() || text.chars().count() > max {
        return Err(format!("it must have 1 to {max} characters"));
    }
    Ok(text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_operator_who_is_named_explicitly_is_recorded() {
        let arguments = OperatorArguments { by: Some("ada".to_owned()) };
        assert_eq!(arguments.name().unwrap(), "ada");
    }

    #[test]
    fn reasons_are_words_and_fit_the_record() {
        assert_eq!(reason(" test data "), Ok("test data".to_owned()));
        assert!(reason(" ").is_err());
        assert!(reason(&"x".repeat(1_000)).is_ok());
        assert!(reason(&"x".repeat(1_001)).is_err());
    }
}
