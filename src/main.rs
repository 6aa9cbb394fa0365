//! The executable: runs the command line.

use std::process::ExitCode;

fn main() -> ExitCode {
    vestibule::cli::main()
}
