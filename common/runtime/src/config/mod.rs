//! Settings: from environment variables and flags, checked once, at the start.
//!
//! Each process declares one struct that derives [`clap::Parser`] and flattens the groups it
//! needs (`TelemetrySettings` and the like). Every setting names its environment variable with
//! `#[arg(long, env = "…")]` and its rule with one of the value parsers here, for example
//! `#[arg(long, env = "REGISTRAR_LINGER", default_value = "5ms", value_parser = config::duration)]`.
//!
//! A wrong or missing setting is refused in one sentence that names the variable and says what
//! would be right. Settings of a secret type ([`SecretUrl`], [`SecretList`],
//! [`secrecy::SecretString`]) are never shown, neither in that sentence nor in `--help`. Each may come from
//! a file instead, which its variable with `_FILE` at the end names: a file can be readable
//! for one user alone, while orchestrators show variables to many.

mod error;
mod parse;
mod pem;
mod secret;
mod secret_file;
mod secret_url;
mod table;
mod value;

pub use error::ConfigError;
pub use parse::{RENAMED, parse, parse_from};
pub use pem::{PemError, certificate_pem, private_key_pem};
pub use secret::{MIN_SECRET_CHARACTERS, SecretList, secret, secret_list};
pub use secret_url::{SecretUrl, has_escaped_credentials, secret_url};
pub use table::settings_table;
pub use value::{address, bounded, duration, ratio};
