//! Secrets in files, as container images usually take them: `NAME_FILE` names the file that holds `NAME`.

use std::ffi::{OsStr, OsString};
use std::fs;

use super::ConfigError;

/// What the file that `variable` with `_FILE` at the end names holds, without the end of its last line;
/// `None` when that variable is not set.
///
/// Lives as long as the process, as settings do.
pub(super) fn file_of(
    variable: &OsStr,
    set: &dyn Fn(&OsStr) -> Option<OsString>,
) -> Result<Option<&'static str>, ConfigError> {
    let mut named = variable.to_owned();
    named.push("_FILE");
    let Some(path) = set(&named) else {
        return Ok(None);
    };
    let both = set(variable).is_some();
    let (variable, named) = (variable.display(), named.display());
    if both {
        return Err(ConfigError::Refused(format!(
            "{variable} and {named} are both set: remove one of them."
        )));
    }
    match fs::read_to_string(path) {
        Ok(content) if content.trim_end().is_empty() => Err(ConfigError::Refused(format!(
            "{named} names a file that is empty: put the value of {variable} into it."
        ))),
        Ok(content) => Ok(Some(Box::leak(content.trim_end().to_owned().into_boxed_str()))),
        Err(error) => Err(ConfigError::Refused(format!(
            "{named} names a file that cannot be read ({error}): give this user the right to read it, or \
             correct the path."
        ))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(variables: &[(&str, &OsStr)]) -> String {
        let set = |name: &OsStr| {
            let found = variables.iter().find(|(variable, _)| name == *variable);
            found.map(|(_, value)| (*value).to_owned())
        };
        file_of(OsStr::new("TEST_ONLY"), &set).unwrap_err().to_string()
    }

    #[test]
    fn a_file_that_cannot_be_used_is_a_sentence_that_says_what_to_do() {
        let folder = tempfile::tempdir().unwrap();
        let missing = folder.path().join("missing");
        let sentence = refusal(&[("TEST_ONLY_FILE", missing.as_os_str())]);
        assert!(
            sentence.starts_with("TEST_ONLY_FILE names a file that cannot be read (No such file"),
            "{sentence}"
        );
        let empty = folder.path().join("empty");
        fs::write(&empty, "\n").unwrap();
        assert_eq!(
            refusal(&[("TEST_ONLY_FILE", empty.as_os_str())]),
            "TEST_ONLY_FILE names a file that is empty: put the value of TEST_ONLY into it."
        );
    }

    #[test]
    fn a_value_and_a_file_with_another_are_one_too_many() {
        let both = [("TEST_ONLY", OsStr::new("x")), ("TEST_ONLY_FILE", OsStr::new("/x"))];
        assert_eq!(
            refusal(&both),
            "TEST_ONLY and TEST_ONLY_FILE are both set: remove one of them."
        );
    }
}
