//! The queue consumer.

use std::process::ExitCode;

fn main() -> ExitCode {
    registrar_worker::main()
}
