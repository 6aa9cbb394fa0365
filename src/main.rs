//! Hands over to the command line.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;
use vestibule::cli;

/// A login gateway.
#[derive(Parser)]
struct Arguments {
    /// A configuration file; repeatable, later ones win
    #[arg(long, global = true)]
    config: Vec<PathBuf>,
    #[command(subcommand)]
    verb: Verb,
}

#[derive(clap::Subcommand)]
enum Verb {
    /// Look at the configuration
    #[command(subcommand)]
    Config(cli::config::Verb),
    /// Keys for the ring
    #[command(subcommand)]
    Secrets(cli::secrets::Verb),
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    match arguments.verb {
        Verb::Config(verb) => cli::config::run(&verb, &arguments.config),
        Verb::Secrets(verb) => cli::secrets::run(&verb),
    }
}
