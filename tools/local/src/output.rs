//! Stdout and stderr, for people. A closed pipe is no reason to stop what runs.

use std::fmt::Display;
use std::io;
use std::io::Write;

pub fn print_line(text: impl Display) {
    let mut stdout = io::stdout().lock();
    // There is no other place to say it.
    let _ = writeln!(stdout, "{text}").and_then(|()| stdout.flush());
}

pub fn print_error(text: impl Display) {
    let _ = writeln!(io::stderr().lock(), "{text}");
}
