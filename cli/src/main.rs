//! The `registrar` command.

use std::process::ExitCode;

fn main() -> ExitCode {
    registrar_cli::main()
}
