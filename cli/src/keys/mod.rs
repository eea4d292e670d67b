//! `registrar keys`

mod list;

use std::process::ExitCode;
use std::time::Duration;

use anyhow::{anyhow, bail};
use clap::{Args, Subcommand};
use registrar_domain::{ImportKey, Importer};
use registrar_runtime::output::{print_error, print_line, report_line};
use registrar_storage::{DatabaseSettings, ImportKeys, Pool};

use crate::duration;
use crate::operator::OperatorArguments;

#[derive(Debug, Args)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    action: Action,

    #[command(flatten)]
    database: DatabaseSettings,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Makes a key and prints it: once, since only its hash is kept.
    Create(CreateArguments),
    /// Lists the keys that were made.
    List(list::Arguments),
    /// Ends a key. What was imported with it stays.
    Revoke(RevokeArguments),
}

#[derive(Debug, Args)]
struct CreateArguments {
    /// Who imports with it, such as north-school. Keys of one name see the same imports, so a new
    /// one can replace an old one.
    #[arg(value_name = "NAME", value_parser = Importer::parse)]
    importer: Importer,

    /// How long it is valid, such as 90d; otherwise until it is revoked.
    #[arg(long, value_name = "DURATION", value_parser = validity)]
    expires: Option<Duration>,

    #[command(flatten)]
    operator: OperatorArguments,
}

#[derive(Debug, Args)]
struct RevokeArguments {
    /// The key's number in `registrar keys list`.
    #[arg(value_name = "ID")]
    id: u64,

    #[command(flatten)]
    operator: OperatorArguments,
}

pub(crate) async fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let pool = Pool::new(&arguments.database);
    let keys = ImportKeys::new(pool.clone());
    let done = match &arguments.action {
        Action::Create(arguments) => create(&keys, arguments).await,
        Action::List(arguments) => list::run(&keys, arguments).await,
        Action::Revoke(arguments) => revoke(&keys, arguments).await,
    };
    pool.close().await;
    done
}

async fn create(keys: &ImportKeys, arguments: &CreateArguments) -> anyhow::Result<ExitCode> {
    let CreateArguments { importer, expires, operator } = arguments;
    let by = operator.name()?;
    let key = ImportKey::generate()?;
    let id = keys.create(importer, &key.hash(), *expires, &by).await?;
    // Alone on stdout, so that a script can keep it.
    print_line(key.expose()).map_err(|error| {
        anyhow!(
            "Key {id} was made and could not be shown: {}. Revoke it with `registrar keys revoke {id}`, and \
             make another.",
            error.to_string().trim_end_matches('.')
        )
    })?;
    let until = match expires {
        Some(length) => format!("for {}", duration::exact(*length)),
        None => "until it is revoked".to_owned(),
    };
    print_error(format_args!(
        "This is a key of {importer}, valid {until}. Keep it now: it is not shown again.\nIt goes \
         with every request: Authorization: Bearer KEY"
    ));
    Ok(ExitCode::SUCCESS)
}

async fn revoke(keys: &ImportKeys, arguments: &RevokeArguments) -> anyhow::Result<ExitCode> {
    let RevokeArguments { id, operator } = arguments;
    let by = operator.name()?;
    if !keys.revoke(*id, &by).await? {
        bail!("No key {id} is valid. `registrar keys list` shows those that are.");
    }
    report_line(format_args!("Key {id} is revoked. The API refuses it within seconds."));
    Ok(ExitCode::SUCCESS)
}

fn validity(text: &str) -> Result<Duration, String> {
    const LONGEST: Duration = Duration::from_hours(10 * 365 * 24);
    let validity = duration::parse_age(text)?;
    if validity.is_zero() || validity > LONGEST {
        return Err("it must be a duration up to ten years, such as 90d".to_owned());
    }
    Ok(validity)
}
