//! Why settings were refused, in one sentence.

use std::error::Error;

use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Arg, Command};

use super::parse::is_secret;

#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// A setting is wrong or missing: the caller's fault. One sentence, without secrets.
    #[error("{0}")]
    Refused(String),
    /// Nothing is wrong: `--help` or `--version` was asked for. The text to print.
    #[error("{0}")]
    Information(String),
}

impl ConfigError {
    pub(super) fn from_clap(error: &clap::Error, command: &Command) -> Self {
        match error.kind() {
            ErrorKind::DisplayHelp
            | ErrorKind::DisplayVersion
            | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => {
                Self::Information(error.render().to_string())
            }
            ErrorKind::MissingRequiredArgument => Self::Refused(missing(error, command)),
            ErrorKind::ValueValidation | ErrorKind::InvalidValue => {
                Self::Refused(wrong(error, command))
            }
            _ => Self::Refused(first_line(error)),
        }
    }
}

fn missing(error: &clap::Error, command: &Command) -> String {
    let names: Vec<&str> = match error.get(ContextKind::InvalidArg) {
        Some(ContextValue::Strings(names)) => names.iter().map(String::as_str).collect(),
        Some(ContextValue::String(name)) => vec![name],
        _ => return first_line(error),
    };
    let settings: Vec<String> = names
        .iter()
        .map(|name| match find(command, name) {
            Some(arg) => match arg.get_help() {
                Some(help) => format!("{} ({help})", name_of(arg)),
                None => name_of(arg),
            },
            None => (*name).to_owned(),
        })
        .collect();
    match settings.as_slice() {
        [one] => format!("{one} must be set."),
        several => format!("These must be set: {}.", several.join(", ")),
    }
}

fn wrong(error: &clap::Error, command: &Command) -> String {
    let Some(ContextValue::String(shown)) = error.get(ContextKind::InvalidArg) else {
        return first_line(error);
    };
    let Some(arg) = find(command, shown) else {
        return first_line(error);
    };
    let name = name_of(arg);
    let rule = match (error.source(), error.get(ContextKind::ValidValue)) {
        (Some(rule), _) => rule.to_string(),
        (None, Some(ContextValue::Strings(choices))) if !choices.is_empty() => {
            format!("it must be one of: {}", choices.join(", "))
        }
        _ => "it needs a value".to_owned(),
    };
    match error.get(ContextKind::InvalidValue) {
        _ if is_secret(arg) => format!("{name} is not usable: {rule}."),
        Some(ContextValue::String(value)) => format!("{name} is {value:?}, but {rule}."),
        _ => format!("{name} is not usable: {rule}."),
    }
}

/// The argument that clap shows as `shown`, here or in a subcommand.
fn find<'a>(command: &'a Command, shown: &str) -> Option<&'a Arg> {
    command
        .get_arguments()
        .find(|arg| arg.to_string() == shown)
        .or_else(|| command.get_subcommands().find_map(|inner| find(inner, shown)))
}

fn name_of(arg: &Arg) -> String {
    match arg.get_env() {
        Some(variable) => variable.to_string_lossy().into_owned(),
        None => arg.to_string(),
    }
}

/// What clap says, without its usage block; for mistakes on the command line itself.
fn first_line(error: &clap::Error) -> String {
    let text = error.render().to_string();
    let line = text.lines().next().unwrap_or_default();
    let sentence = line.strip_prefix("error: ").unwrap_or(line).trim_end_matches('.');
    format!("{sentence}.")
}
