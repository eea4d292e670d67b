//! The operators' command with the settings of this stack.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use registrar_local::write_private;

pub(crate) fn path(data_dir: &Path) -> PathBuf {
    data_dir.join("registrar")
}

/// Writes a script that runs `program` with `environment`. For its owner only, since that holds
/// secrets.
pub(crate) fn write(
    data_dir: &Path,
    program: &Path,
    environment: &[(String, String)],
) -> Result<()> {
    let path = path(data_dir);
    let mut text = "#!/bin/sh\n# `registrar` with the settings of this stack, made anew by each \
                    run.\n"
        .to_owned();
    for (name, value) in environment {
        writeln!(text, "export {name}={}", quoted(value))?;
    }
    writeln!(text, "exec {} \"$@\"", quoted(&program.display().to_string()))?;
    write_private(&path, 0o700, &text)
        .with_context(|| format!("Could not write {}", path.display()))
}

fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "'\\''"))
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::PermissionsExt;
    use std::process::Command;

    use super::*;

    #[test]
    fn the_script_runs_the_program_with_the_settings_and_its_arguments() {
        let folder = tempfile::tempdir().unwrap();
        let value = "it's a \"$HOME\" `of`\\ its own";
        let environment = [("REGISTRAR_TEST".to_owned(), value.to_owned())];
        for _ in 0..2 {
            write(folder.path(), Path::new("/usr/bin/env"), &environment).unwrap();
        }
        let script = path(folder.path());
        let mode = fs::metadata(&script).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o700, "{mode:o}");
        let printed = Command::new(script)
            .args(["sh", "-c", "printf '%s|' \"$REGISTRAR_TEST\" \"$@\"", "sh", "two words", "*"])
            .output()
            .unwrap();
        assert_eq!(String::from_utf8(printed.stdout).unwrap(), format!("{value}|two words|*|"));
    }
}
