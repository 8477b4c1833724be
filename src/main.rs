//! The `keywright` program.

use std::process::ExitCode;

use keywright::cli;

mod allocator;

fn main() -> ExitCode {
    cli::guard::no_core_dumps();
    ExitCode::from(cli::guard::guarded(cli::main).code())
}
