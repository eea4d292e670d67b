//! The command line as it is, built with the tests.

use std::process::ExitCode;

fn main() -> ExitCode {
    registrar_cli::main()
}
