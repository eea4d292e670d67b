//! From environment and command line to a settings struct.

use std::any::TypeId;
use std::ffi::{OsStr, OsString};
use std::fmt::Display;
use std::process::exit;

use clap::builder::Resettable;
use clap::{Arg, Command, Parser};
use secrecy::SecretString;

use super::secret_file::file_of;
use super::{ConfigError, SecretList, SecretUrl};
use crate::output;
use crate::output::OutputError;

/// Settings that have another name than in the version before, which is read as well: now, before.
pub const RENAMED: [(&str, &str); 1] = [("REGISTRAR_REQUEUE_AFTER", "REGISTRAR_GIVE_BACK_AFTER")];

/// The exit code of a process whose settings are wrong, as for a wrong flag.
const EXIT_SETTINGS_REFUSED: i32 = 2;

/// The settings of this process, from its flags and its environment; a flag wins.
///
/// An environment variable that is set but empty or blank counts as not set, since that is what
/// Compose files and shells make of an optional one. A secret may come from a file instead: its own
/// variable with `_FILE` at the end names it.
///
/// Ends the process when there are none to return: with code 2 and one sentence on stderr when a
/// setting is wrong or missing, with code 0 after `--help` and `--version`.
pub fn parse<C: Parser>() -> C {
    match read(std::env::args_os(), &|variable| std::env::var_os(variable)) {
        Ok(settings) => settings,
        Err(ConfigError::Information(text)) => match output::print(text) {
            Ok(()) => exit(0),
            Err(OutputError::Closed) => exit(output::EXIT_CLOSED.into()),
            Err(error) => refuse(&error),
        },
        Err(ConfigError::Refused(sentence)) => refuse(&sentence),
    }
}

fn refuse(sentence: &dyn Display) -> ! {
    output::print_last_words(sentence);
    exit(EXIT_SETTINGS_REFUSED)
}

/// The settings that `args` (the program's name first) give; the environment plays no part.
pub fn parse_from<C: Parser>(
    args: impl IntoIterator<Item = impl Into<OsString> + Clone>,
) -> Result<C, ConfigError> {
    read(args, &|_| None)
}

type Lookup<'a> = &'a dyn Fn(&OsStr) -> Option<OsString>;

fn read<C: Parser>(
    args: impl IntoIterator<Item = impl Into<OsString> + Clone>,
    environment: Lookup<'_>,
) -> Result<C, ConfigError> {
    // A refusal names variables, so it needs the command as declared, environment and all.
    let mut declared = C::command();
    let mut refused = None;
    let command = each_arg(declared.clone(), &mut |arg| {
        let arg = hide_secret(arg);
        set_from(environment, arg.clone()).unwrap_or_else(|error| {
            refused.get_or_insert(error);
            arg
        })
    });
    if let Some(error) = refused {
        return Err(error);
    }
    command.try_get_matches_from(args).and_then(|matches| C::from_arg_matches(&matches)).map_err(
        |error| {
            declared.build();
            ConfigError::from_clap(&error, &declared)
        },
    )
}

fn each_arg(command: Command, change: &mut dyn FnMut(Arg) -> Arg) -> Command {
    command.mut_args(&mut *change).mut_subcommands(|inner| each_arg(inner, change))
}

/// clap reads variables itself; here it is decided which of them it may see.
fn set_from(environment: Lookup<'_>, arg: Arg) -> Result<Arg, ConfigError> {
    let set = |variable: &OsStr| {
        environment(variable).filter(|value| !value.as_encoded_bytes().trim_ascii().is_empty())
    };
    let Some(variable) = arg.get_env().map(OsStr::to_owned) else {
        return Ok(arg);
    };
    let file = if is_secret(&arg) { file_of(&variable, &set)? } else { None };
    if set(&variable).is_some() {
        return Ok(arg);
    }
    let earlier = RENAMED.iter().find(|(now, _)| variable == **now).map(|(_, earlier)| *earlier);
    if let Some(value) = earlier.and_then(|earlier| set(OsStr::new(earlier))) {
        // Settings are read once, and clap keeps what is borrowed for ever.
        let value: &'static OsStr = Box::leak(value.into_boxed_os_str());
        return Ok(arg.default_value(value));
    }
    // One that is not set at all stays, for the text of `--help`.
    let arg = match std::env::var_os(&variable) {
        Some(_) => arg.env(Resettable::<clap::builder::OsStr>::Reset),
        None => arg,
    };
    Ok(match file {
        // A flag still wins.
        Some(content) => arg.default_value(content).hide_default_value(true).required(false),
        None => arg,
    })
}

fn hide_secret(arg: Arg) -> Arg {
    if is_secret(&arg) { arg.hide_env_values(true) } else { arg }
}

/// Known by the type, so that no one has to remember to mark a secret.
pub(super) fn is_secret(arg: &Arg) -> bool {
    let of = arg.get_value_parser().type_id();
    arg.is_hide_env_values_set()
        || [TypeId::of::<SecretString>(), TypeId::of::<SecretList>(), TypeId::of::<SecretUrl>()]
            .iter()
            .any(|secret| of == *secret)
}

#[cfg(test)]
mod tests;
