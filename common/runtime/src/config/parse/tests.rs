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
    let from_both: Settings =
        read(["registrar-test", URL], &|name| std::env::var_os(name)).unwrap();
    assert!(from_both.path.is_some());
}

#[test]
fn a_setting_is_read_from_its_earlier_name_unless_it_is_set_by_the_new_one() {
    #[derive(Debug, Parser)]
    struct Renamed {
        #[arg(long, env = "REGISTRAR_REQUEUE_AFTER", default_value = "5m", value_parser = duration)]
        requeue_after: Duration,
    }
    let earlier = |name: &OsStr| (name == "REGISTRAR_GIVE_BACK_AFTER").then(|| "7s".into());
    let settings: Renamed = read(["registrar-test"], &earlier).unwrap();
    assert_eq!(settings.requeue_after, Duration::from_secs(7));
    let settings: Renamed = read(["registrar-test", "--requeue-after=9s"], &earlier).unwrap();
    assert_eq!(settings.requeue_after, Duration::from_secs(9));
    let settings: Renamed = read(["registrar-test"], &|_| None).unwrap();
    assert_eq!(settings.requeue_after, Duration::from_mins(5));
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

/// The settings when `TEST_ONLY_SECRET_FILE` names a file with this content.
fn with_secret_file(content: &str, flags: &[&str]) -> Result<Settings, ConfigError> {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), content).unwrap();
    let args = ["registrar-test", URL].iter().chain(flags);
    read(args, &|name| (name == "TEST_ONLY_SECRET_FILE").then(|| file.path().into()))
}

#[test]
fn a_secret_may_come_from_a_file_and_a_flag_still_wins() {
    use secrecy::ExposeSecret as _;
    let of = |settings: Settings| settings.secret.unwrap().expose_secret().to_owned();
    let (long, longer) = ("0123456789abcdef0123456789abcdef", "fedcba9876543210fedcba98765432100");
    assert_eq!(of(with_secret_file(&format!("{long}\n"), &[]).unwrap()), long);
    let flag = format!("--secret={longer}");
    assert_eq!(of(with_secret_file(long, &[&flag]).unwrap()), longer);
}

#[test]
fn a_secret_from_a_file_is_checked_and_never_shown() {
    assert_eq!(
        with_secret_file("hunter2", &[]).unwrap_err().to_string(),
        "TEST_ONLY_SECRET is not usable: it must have at least 32 characters."
    );
    let ConfigError::Information(help) = with_secret_file("hunter2", &["--help"]).unwrap_err()
    else {
        panic!("no help");
    };
    assert!(help.contains("--secret") && !help.contains("hunter2"), "{help}");
}

#[test]
fn what_is_no_secret_comes_from_no_file() {
    let settings: Settings =
        read(["registrar-test", URL], &|name| (name == "TEST_ONLY_ROWS_FILE").then(|| "x".into()))
            .unwrap();
    assert_eq!(settings.rows, 500);
}

#[test]
fn an_unknown_flag_is_one_sentence_without_a_usage_block() {
    assert_eq!(refusal(&[URL, "--rowz=1"]), "unexpected argument '--rowz' found.");
}

#[test]
fn help_and_version_are_information() {
    for (flag, expected) in [("--help", "TEST_ONLY_LINGER"), ("--version", "1.2.3")] {
        match read::<Settings>(["registrar-test", flag], &|name| std::env::var_os(name)) {
            Err(ConfigError::Information(text)) => assert!(text.contains(expected), "{text}"),
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn secrets_are_known_by_their_type() {
    let command = <Settings as clap::CommandFactory>::command();
    let secrets: Vec<&str> = command
        .get_arguments()
        .filter(|arg| is_secret(arg))
        .map(|arg| arg.get_id().as_str())
        .collect();
    assert_eq!(secrets, ["amqp_url", "secret"]);
}
