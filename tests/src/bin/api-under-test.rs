//! The API as it is, built with the tests.

use std::process::ExitCode;

fn main() -> ExitCode {
    registrar_api::main()
}
