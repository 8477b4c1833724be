//! The keywright program: the command line of the library.

use std::process::ExitCode;

fn main() -> ExitCode {
    ExitCode::from(keywright::cli::main().code())
}
