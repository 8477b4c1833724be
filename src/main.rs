//! The `keywright` program.

use std::process::ExitCode;

use keywright::cli;

fn main() -> ExitCode {
    cli::process::no_core_dumps();
    ExitCode::from(cli::process::guarded(cli::main).code())
}
