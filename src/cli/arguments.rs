//! The words of the command line.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use super::{cleanup, config, healthcheck, keys, logins, logouts, migrate, providers, secrets, serve, sessions, users};

#[derive(Parser)]
#[command(version, about)]
struct Arguments {
    /// A configuration file; later ones win [default: config/vestibule.toml, if it exists]
    #[arg(long = "config", value_name = "FILE", global = true)]
    files: Vec<PathBuf>,
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Subcommand)]
enum Verb {
    /// Run the gateway
    Serve,
    /// Run the gateway with a private PostgreSQL and a pretend provider around it, to develop against
    #[cfg(feature = "dev")]
    Dev(Box<super::dev::DevArgs>),
    /// Bring the database schema up to date
    Migrate {
        #[command(subcommand)]
        verb: Option<migrate::Verb>,
    },
    /// Look at the configuration
    Config {
        #[command(subcommand)]
        verb: config::Verb,
    },
    /// List the presets of providers, or print what is to be known of one
    Providers(providers::Arguments),
    /// Make keys for the secret ring, and seal anew under a new one
    Secrets {
        #[command(subcommand)]
        verb: secrets::Verb,
    },
    /// Look at the signing keys and replace them
    Keys {
        #[command(subcommand)]
        verb: keys::Verb,
    },
    /// Look at logins
    Logins {
        #[command(subcommand)]
        verb: logins::Verb,
    },
    /// Look at logouts that apps could not be told of
    Logouts {
        #[command(subcommand)]
        verb: logouts::Verb,
    },
    /// List and end sessions
    Sessions {
        #[command(subcommand)]
        verb: sessions::Verb,
    },
    /// List users, shut them out and let them in again
    Users {
        #[command(subcommand)]
        verb: users::Verb,
    },
    /// Delete what is over, once; the running gateway does it by itself every `cleanup.every`
    Cleanup,
    /// Ask the running gateway whether it lives (for container health checks)
    Healthcheck,
    /// Say which version this is
    Version,
}

/// Reads the command line and does what it says. The exit code is 0, 1 for a failure, or 2 for a wrong configuration.
pub fn main() -> ExitCode {
    let Arguments { files, verb } = Arguments::parse();
    match verb {
        Verb::Serve => serve::run(&files),
        #[cfg(feature = "dev")]
        Verb::Dev(arguments) => super::dev::run(*arguments, files),
        Verb::Migrate { verb } => migrate::run(verb.as_ref(), &files),
        Verb::Config { verb } => config::run(&verb, &files),
        Verb::Providers(arguments) => providers::run(&arguments),
        Verb::Secrets { verb } => secrets::run(&verb, &files),
        Verb::Keys { verb } => keys::run(&verb, &files),
        Verb::Logins { verb } => logins::run(&verb, &files),
        Verb::Logouts { verb } => logouts::run(&verb, &files),
        Verb::Sessions { verb } => sessions::run(&verb, &files),
        Verb::Users { verb } => users::run(&verb, &files),
        Verb::Cleanup => cleanup::run(&files),
        Verb::Healthcheck => healthcheck::run(&files),
        Verb::Version => version(),
    }
}

#[expect(clippy::print_stdout, reason = "this is what the verb is for")]
fn version() -> ExitCode {
    println!("vestibule {}", env!("CARGO_PKG_VERSION"));
    ExitCode::SUCCESS
}
