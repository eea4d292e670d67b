use std::ffi::OsString;
use std::path::PathBuf;
use std::{env, fs};

use anyhow::{Context as _, anyhow, bail};
use clap::Args;
use registrar_runtime::config::SecretUrl;
use secrecy::SecretString;

use super::arguments::{file_word, flag, shell_word};
use crate::api_url::api_url;

const API_URL: &str = "http://127.0.0.1:5000";
const NO_KEY: &str = "There is no key. Name a file with --key-file, or set REGISTRAR_IMPORT_KEY. An \
                      operator makes a key with `registrar keys create NAME`.";
const KEY_AS_FLAG: &str = "The key is not taken as a flag: others see it in the list of processes, and it stays in \
                           the shell's history. Name a file with --key-file, or set REGISTRAR_IMPORT_KEY.";

/// Where the API is, and who imports.
#[derive(Debug, Args)]
pub(super) struct ApiArguments {
    /// Where the API is.
    #[arg(long, visible_alias = "url", value_name = "URL", env = "REGISTRAR_API_URL")]
    #[arg(default_value = API_URL, value_parser = api_url())]
    pub(super) api_url: SecretUrl,

    /// A file with the key for imports; otherwise the key is in `REGISTRAR_IMPORT_KEY`.
    #[arg(long, value_name = "PATH")]
    key_file: Option<PathBuf>,

    /// As a flag it is refused.
    #[arg(long, hide = true, env = "REGISTRAR_IMPORT_KEY", value_parser = key_from_text)]
    key: Option<SecretString>,
}

impl ApiArguments {
    pub(super) fn key(&self) -> anyhow::Result<SecretString> {
        if has_key_flag(env::args_os()) {
            bail!(KEY_AS_FLAG);
        }
        let Some(path) = &self.key_file else {
            return self.key.clone().context(NO_KEY);
        };
        let text = fs::read_to_string(path)
            .map_err(|error| anyhow!("The key cannot be read from {}: {error}.", path.display()))?;
        key_from_text(&text).ok().with_context(|| {
            format!("{} holds no key: a key is one word of printable characters.", path.display())
        })
    }

    /// As flags of a command: what the environment does not have, and nothing that is secret.
    pub(super) fn to_flags(&self) -> String {
        let url = self.api_url.expose().trim_end_matches('/');
        let known = env::var("REGISTRAR_API_URL").unwrap_or_else(|_| API_URL.to_owned());
        let is_known = url == known.trim().trim_end_matches('/');
        let has_password = self.api_url.to_string().trim_end_matches('/') != url;
        let mut flags = String::new();
        if !is_known && !has_password {
            flags += &flag("api-url", &shell_word(url));
        }
        if let Some(path) = &self.key_file {
            flags += &flag("key-file", &file_word(path));
        }
        flags
    }
}

/// clap does not say whether a value is from the environment.
fn has_key_flag(mut arguments: impl Iterator<Item = OsString>) -> bool {
    arguments
        .any(|argument| argument == "--key" || argument.as_encoded_bytes().starts_with(b"--key="))
}

fn key_from_text(text: &str) -> Result<SecretString, String> {
    let key = text.trim();
    if key.is_empty() || !key.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err("it must be a key as `registrar keys create` prints it".to_owned());
    }
    Ok(key.to_owned().into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn where_the_api_is_comes_back_as_flags_without_what_is_secret() {
        let at = |url: &str| ApiArguments {
            api_url: api_url()(url).unwrap(),
            key_file: Some("my key".into()),
            key: Some("registrar_1".to_owned().into()),
        };
        let key_file = " --key-file 'my key'";
        assert_eq!(at(API_URL).to_flags(), key_file);
        let elsewhere = format!(" --api-url https://r.example{key_file}");
        assert_eq!(at("https://r.example").to_flags(), elsewhere);
        assert_eq!(at("https://a:secret@r.example").to_flags(), key_file);
    }

    #[test]
    fn a_key_is_refused_as_a_flag() {
        for (arguments, is_refused) in [
            (["import", "--key", "registrar_1"], true),
            (["import", "list.csv", "--key=registrar_1"], true),
            (["import", "--key-file", "key"], false),
            (["import", "list.csv", "key"], false),
        ] {
            let arguments = arguments.map(OsString::from);
            assert_eq!(has_key_flag(arguments.clone().into_iter()), is_refused, "{arguments:?}");
        }
    }

    #[test]
    fn a_key_is_one_word() {
        assert!(key_from_text("registrar_1\n").is_ok());
        for wrong in ["", " \n", "two words", "ключ"] {
            assert!(key_from_text(wrong).is_err(), "{wrong}");
        }
    }
}
