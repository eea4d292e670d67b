//! Installing what is missing with the system's package manager.

use std::process::{Command, Stdio};

use crate::output::print_line;
use crate::{Program, StackError, Tool};

/// Installs the missing ones of `tools` when that needs no question (as root, or with a sudo
/// that asks no password), saying so. Otherwise the error has the command to copy.
pub fn install_missing(tools: &[&Tool]) -> Result<(), StackError> {
    let missing: Vec<_> = tools.iter().filter(|tool| tool.find().is_err()).collect();
    let Some(first) = missing.first() else {
        return Ok(());
    };
    let mut packages: Vec<_> = missing.iter().map(|tool| tool.package).collect();
    packages.dedup();
    install(first.what, &packages)?;
    missing.iter().try_for_each(|tool| tool.find().map(drop))
}

/// Installs packages, in the same way.
pub(crate) fn install(what: &'static str, packages: &[&str]) -> Result<(), StackError> {
    let packages_in_words = packages.join(" ");
    let not_installed = || StackError::NotInstalled {
        what,
        command: if Program::find("apt-get").is_some() {
            format!("sudo apt-get install {packages_in_words}")
        } else {
            format!("your system's package manager (Debian calls it {packages_in_words})")
        },
    };
    if Program::find("apt-get").is_none() {
        return Err(not_installed());
    }
    let Some(mut command) = as_root() else {
        return Err(not_installed());
    };
    print_line(format_args!(
        "Installing {packages_in_words} with apt-get (once; under a minute) ..."
    ));
    let status = command
        .args(["/bin/sh", "-c", include_str!("install.sh"), "install.sh"])
        .args(packages)
        .stdin(Stdio::null())
        .status()
        .map_err(StackError::io("Could not run apt-get"))?;
    if status.success() {
        return Ok(());
    }
    Err(StackError::Refused {
        what: format!("Installing {packages_in_words}"),
        detail: format!("apt-get ended with {status}; its own message is above"),
    })
}

/// A command that runs its arguments as root, if that is possible without asking.
fn as_root() -> Option<Command> {
    if rustix::process::geteuid().is_root() {
        return Some(Command::new("env"));
    }
    let sudo = Program::find("sudo")?;
    let allowed = sudo
        .command()
        .args(["-n", "true"])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success());
    allowed.then(|| {
        let mut command = sudo.command();
        command.arg("-n");
        command
    })
}
