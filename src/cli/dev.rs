//! `vestibule dev`: the gateway with everything around it, for developing against it.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use clap::{Args, Subcommand};
use url::Url;

use super::opened;
use crate::base::clock::Clock;
use crate::base::secret::Plain;
use crate::dev::provider::{self, Client, Settings};
use crate::dev::{self, Plan};

/// Runs the gateway with a private PostgreSQL, a pretend provider and a demo app.
#[derive(Args)]
#[command(args_conflicts_with_subcommands = true)]
pub struct DevArgs {
    /// The gateway's port; the next three are the admin listener's, the provider's and the demo app's.
    #[arg(long, default_value_t = 8080, value_parser = clap::value_parser!(u16).range(1..=65532))]
    port: u16,
    /// Keep the database and the keys in .dev/ for the next time.
    #[arg(long)]
    keep: bool,
    /// The redirect URI of your own frontend, e.g. <http://localhost:5173/callback>; takes the demo app's place.
    #[arg(long, value_name = "REDIRECT_URI")]
    frontend: Option<Url>,
    #[command(subcommand)]
    part: Option<Part>,
}

/// One part alone.
#[derive(Subcommand)]
enum Part {
    /// Only the pretend provider, for a gateway that runs elsewhere.
    Provider(ProviderArgs),
}

#[derive(Args)]
struct ProviderArgs {
    /// Where it listens.
    #[arg(long, default_value = "127.0.0.1:8082")]
    listen: SocketAddr,
    /// What it is called by browsers and by the gateway, if not by where it listens.
    #[arg(long)]
    issuer: Option<String>,
    /// The gateway's name there.
    #[arg(long, default_value = "vestibule")]
    client_id: String,
    /// The gateway's secret there.
    #[arg(long)]
    client_secret: String,
    /// Where codes may be sent; repeatable.
    #[arg(long, required = true)]
    redirect_uri: Vec<String>,
    /// Where people may be sent after signing out; repeatable.
    #[arg(long)]
    post_logout_redirect_uri: Vec<String>,
    /// How many seconds the token endpoint takes for a login that was asked to be slow.
    #[arg(long, default_value_t = 10)]
    slow: u64,
}

/// Runs until it is told to end.
pub fn run(args: DevArgs, files: Vec<PathBuf>) -> ExitCode {
    let DevArgs { port, keep, frontend, part } = args;
    let outcome = match part {
        None => dev::run(&Plan { port, keep, frontend, files }).map_err(|error| error.to_string()),
        Some(Part::Provider(args)) => serve_provider(args).map_err(|error| error.to_string()),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(reason) => opened::failed(&format_args!("vestibule dev: {reason}")),
    }
}

fn serve_provider(args: ProviderArgs) -> std::io::Result<()> {
    let client = Client {
        id: args.client_id,
        secret: Plain::new(args.client_secret),
        redirect_uris: args.redirect_uri,
        post_logout_redirect_uris: args.post_logout_redirect_uri,
    };
    let (slow, clock) = (Duration::from_secs(args.slow), Clock::system());
    let settings = Settings { listen: args.listen, issuer: args.issuer, client, slow, clock };
    provider::serve(settings, |issuer| {
        // Whoever does not read it knows it already.
        let _unread = opened::say(&provider_greeting(args.listen, issuer));
    })
}

fn provider_greeting(listen: SocketAddr, issuer: &str) -> String {
    format!(
        "
  The pretend provider is up.

  Listens on   {listen}
  Issuer       {issuer}
  Discovery    {issuer}/.well-known/openid-configuration

  Ctrl-C stops it.

"
    )
}
