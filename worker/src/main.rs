//! The queue consumer.

use std::process::ExitCode;

use mimalloc::MiMalloc;

/// Memory is often freed by another thread than the one that allocated it, which glibc does slowly.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

fn main() -> ExitCode {
    registrar_worker::main()
}
