//! The HTTP service.

use std::process::ExitCode;

fn main() -> ExitCode {
    registrar_api::main()
}
