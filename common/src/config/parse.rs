//! From environment and command line to a settings struct.

use std::any::TypeId;
use std::ffi::{OsStr, OsString};
use std::fmt::Display;
use std::process::exit;

use clap::builder::Resettable;
use clap::{Arg, Command, Parser};
use secrecy::SecretString;

use super::{ConfigError, SecretList, SecretUrl};
use crate::output::{self, OutputError};

/// The exit code of a process whose settings are wrong, as for a wrong flag.
const EXIT_SETTINGS_REFUSED: i32 = 2;

/// The settings of this process, from its flags and its environment; a flag wins.
///
/// An environment variable that is set but empty or blank counts as not set, since that is what
/// Compose files and shells make of an optional one.
///
/// Ends the process when there are none to return: with code 2 and one sentence on stderr when a
/// setting is wrong or missing, with code 0 after `--help` and `--version`.
pub fn parse<C: Parser>() -> C {
    match read(std::env::args_os(), unset_when_blank) {
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
    read(args, |arg| arg.env(Resettable::<clap::builder::OsStr>::Reset))
}

fn read<C: Parser>(
    args: impl IntoIterator<Item = impl Into<OsString> + Clone>,
    environment: fn(Arg) -> Arg,
) -> Result<C, ConfigError> {
    // A refusal names variables, so it needs the command as declared, environment and all.
    let mut declared = C::command();
    let command = each_arg(each_arg(declared.clone(), environment), hide_secret);
    command.try_get_matches_from(args).and_then(|matches| C::from_arg_matches(&matches)).map_err(
        |error| {
            declared.build();
            ConfigError::from_clap(&error, &declared)
        },
    )
}

fn each_arg(command: Command, change: fn(Arg) -> Arg) -> Command {
    command.mut_args(change).mut_subcommands(move |inner| each_arg(inner, change))
}

fn unset_when_blank(arg: Arg) -> Arg {
    let is_blank = |variable: &OsStr| {
        std::env::var_os(variable)
            .is_some_and(|value| value.as_encoded_bytes().trim_ascii().is_empty())
    };
    if arg.get_env().is_some_and(is_blank) {
        arg.env(Resettable::<clap::builder::OsStr>::Reset)
    } else {
        arg
    }
}

fn hide_secret(arg: Arg) -> Arg {
    if is_secret(&arg) { arg.hide_env_values(true) } else { arg }
}

/// Told by the type, so that no one has to remember to mark a secret.
pub(super) fn is_secret(arg: &Arg) -> bool {
    let of = arg.get_value_parser().type_id();
    arg.is_hide_env_values_set()
        || [TypeId::of::<SecretString>(), TypeId::of::<SecretList>(), TypeId::of::<SecretUrl>()]
            .iter()
            .any(|secret| of == *secret)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::config::{bounded, duration, secret, secret_url};

    #[derive(Debug, Parser)]
    #[command(name = "registrar-test", version = "1.2.3")]
    struct Settings {
        /// Where RabbitMQ listens.
        #[arg(long, env = "TEST_ONLY_AMQP_URL",
            value_parser = secret_url(&["amqp"], "amqp://user:password@localhost"))]
        amqp_url: SecretUrl,
        #[arg(long, env = "TEST_ONLY_LINGER", default_value = "5ms", value_parser = duration)]
        linger: Duration,
        #[arg(long, env = "TEST_ONLY_ROWS", default_value_t = 500, value_parser = bounded(1_u16..=1000))]
        rows: u16,
        #[arg(long, env = "TEST_ONLY_SECRET", value_parser = secret)]
        secret: Option<SecretString>,
        #[arg(long, env = "TEST_ONLY_FORMAT", value_parser = ["json", "text"])]
        format: Option<String>,
        // Every process has a PATH.
        #[arg(long, env = "PATH")]
        path: Option<String>,
    }

    const URL: &str = "--amqp-url=amqp://app:hunter2@mq";

    fn refusal(flags: &[&str]) -> String {
        let args = ["registrar-test"].iter().chain(flags);
        match parse_from::<Settings>(args) {
            Err(ConfigError::Refused(sentence)) => sentence,
            other => panic!("not refused: {other:?}"),
        }
    }

    #[test]
    fn defaults_hold_and_flags_win() {
        let settings: Settings = parse_from(["registrar-test", URL, "--rows=7"]).unwrap();
        assert_eq!(settings.linger, Duration::from_millis(5));
        assert_eq!(settings.rows, 7);
        assert!(settings.secret.is_none() && settings.format.is_none());
        assert_eq!(settings.amqp_url.expose(), "amqp://app:hunter2@mq");
    }

    #[test]
    fn the_environment_is_read_only_by_the_real_parse() {
        let from_args: Settings = parse_from(["registrar-test", URL]).unwrap();
        assert_eq!(from_args.path, None);
        let from_both: Settings = read(["registrar-test", URL], unset_when_blank).unwrap();
        assert!(from_both.path.is_some());
    }

    #[test]
    fn a_wrong_setting_is_one_sentence_naming_variable_value_and_rule() {
        assert_eq!(
            refusal(&[URL, "--linger=5 parsecs"]),
            "TEST_ONLY_LINGER is \"5 parsecs\", but it must be a duration such as 250ms, 5s, 2m or 1h."
        );
        assert_eq!(
            refusal(&[URL, "--rows=0"]),
            "TEST_ONLY_ROWS is \"0\", but it must be a whole number from 1 to 1000."
        );
        assert_eq!(
            refusal(&[URL, "--format=xml"]),
            "TEST_ONLY_FORMAT is \"xml\", but it must be one of: json, text."
        );
    }

    #[test]
    fn a_missing_setting_is_named_by_its_variable() {
        assert_eq!(refusal(&[]), "TEST_ONLY_AMQP_URL (Where RabbitMQ listens) must be set.");
    }

    #[test]
    fn a_secret_is_never_shown() {
        assert_eq!(
            refusal(&[URL, "--secret=hunter2"]),
            "TEST_ONLY_SECRET is not usable: it must have at least 32 characters."
        );
        assert_eq!(
            refusal(&["--amqp-url=mysql://app:hunter2@db"]),
            "TEST_ONLY_AMQP_URL is not usable: it must be a URL such as amqp://user:password@localhost; \
             in user and password, characters like / and @ are written as %2F and %40."
        );
    }

    #[test]
    fn an_unknown_flag_is_one_sentence_without_a_usage_block() {
        assert_eq!(refusal(&[URL, "--rowz=1"]), "unexpected argument '--rowz' found.");
    }

    #[test]
    fn help_and_version_are_information() {
        for (flag, expected) in [("--help", "TEST_ONLY_LINGER"), ("--version", "1.2.3")] {
            match read::<Settings>(["registrar-test", flag], unset_when_blank) {
                Err(ConfigError::Information(text)) => assert!(text.contains(expected), "{text}"),
                other => panic!("{other:?}"),
            }
        }
    }

    #[test]
    fn secrets_are_told_by_their_type() {
        let command = <Settings as clap::CommandFactory>::command();
        let secrets: Vec<&str> = command
            .get_arguments()
            .filter(|arg| is_secret(arg))
            .map(|arg| arg.get_id().as_str())
            .collect();
        assert_eq!(secrets, ["amqp_url", "secret"]);
    }
}
