//! The operators' command with the settings of this stack.

use std::fmt::Write as _;
use std::fs;
use std::fs::File;
use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

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
    // Made anew, since the permissions of a file that is there would stay as they are.
    drop(fs::remove_file(&path));
    let mut options = File::options();
    options.create_new(true).write(true).mode(0o700);
    let written = options.open(&path).and_then(|mut file| file.write_all(text.as_bytes()));
    written.with_context(|| format!("Could not write {}", path.display()))
}

fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "'\\''"))
}

#[cfg(test)]
mod tests {
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
