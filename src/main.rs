//! The `clarion` command. See `clarion --help`.

use std::process::ExitCode;

fn main() -> ExitCode {
    clarion::cli::main()
}
