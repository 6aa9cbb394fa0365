//! The commands and arguments of `vestibule`.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use super::{
    cleanup, clients, config, explain, healthcheck, keys, logins, logouts, migrate, pages, providers, secrets, serve,
    sessions, users,
};
use crate::server;

#[derive(Parser)]
#[command(version, about, max_term_width = 100)]
struct Arguments {
    /// A configuration file; a later file overrides an earlier one [default: the file that `VESTIBULE_CONFIG` names, else
    /// config/vestibule.toml or /etc/vestibule/vestibule.toml, the first that exists]
    #[arg(long = "config", value_name = "FILE", global = true)]
    files: Vec<PathBuf>,
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Subcommand)]
enum Verb {
    /// Run the gateway
    Serve(serve::ServeArgs),
    /// Run the gateway with its own PostgreSQL and a test provider, for development
    #[cfg(feature = "dev")]
    Dev(Box<super::dev::DevArgs>),
    /// Bring the database schema up to date
    Migrate {
        #[command(subcommand)]
        verb: Option<migrate::Verb>,
    },
    /// Check, print and document the configuration
    Config {
        #[command(subcommand)]
        verb: config::Verb,
    },
    /// List the presets of providers, print the page of one, or move a provider to another issuer
    Providers(providers::Arguments),
    /// Generate keys for the key ring, and re-encrypt stored secrets under a new one
    Secrets {
        #[command(subcommand)]
        verb: secrets::Verb,
    },
    /// List and replace the signing keys
    Keys {
        #[command(subcommand)]
        verb: keys::Verb,
    },
    /// Show the result of a login with given claims: each rule, the user, the groups, the access token
    Explain(explain::Arguments),
    /// Show a login
    Logins {
        #[command(subcommand)]
        verb: logins::Verb,
    },
    /// List logout notices that apps have not received
    Logouts {
        #[command(subcommand)]
        verb: logouts::Verb,
    },
    /// List the apps
    Clients {
        #[command(subcommand)]
        verb: clients::Verb,
    },
    /// Export the templates and texts of the pages, and show every page
    Pages {
        #[command(subcommand)]
        verb: pages::Verb,
    },
    /// List and end sessions
    Sessions {
        #[command(subcommand)]
        verb: sessions::Verb,
    },
    /// List, show, disable, enable and delete users
    Users {
        #[command(subcommand)]
        verb: users::Verb,
    },
    /// Delete expired rows once; the running gateway does this every `cleanup.every`
    Cleanup,
    /// Check that the running gateway is healthy, for container health checks
    Healthcheck,
    /// Print the version
    Version,
}

/// Runs the command of the command line. The exit code is 0, 1 for a failure, or 2 for an invalid configuration.
pub fn main() -> ExitCode {
    let Arguments { files, verb } = Arguments::parse();
    server::end_process_one();
    match verb {
        Verb::Serve(arguments) => serve::run(&arguments, &files),
        #[cfg(feature = "dev")]
        Verb::Dev(arguments) => super::dev::run(*arguments, files),
        Verb::Migrate { verb } => migrate::run(verb.as_ref(), &files),
        Verb::Config { verb } => config::run(&verb, &files),
        Verb::Providers(arguments) => providers::run(&arguments, &files),
        Verb::Secrets { verb } => secrets::run(&verb, &files),
        Verb::Keys { verb } => keys::run(&verb, &files),
        Verb::Explain(arguments) => explain::run(&arguments, &files),
        Verb::Logins { verb } => logins::run(&verb, &files),
        Verb::Logouts { verb } => logouts::run(&verb, &files),
        Verb::Clients { verb } => clients::run(&verb, &files),
        Verb::Pages { verb } => pages::run(&verb, &files),
        Verb::Sessions { verb } => sessions::run(&verb, &files),
        Verb::Users { verb } => users::run(&verb, &files),
        Verb::Cleanup => cleanup::run(&files),
        Verb::Healthcheck => healthcheck::run(&files),
        Verb::Version => version(),
    }
}

#[expect(clippy::print_stdout, reason = "the command prints the version")]
fn version() -> ExitCode {
    println!("vestibule {}", env!("CARGO_PKG_VERSION"));
    ExitCode::SUCCESS
}
