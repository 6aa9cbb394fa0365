//! `vestibule dev`: the gateway with its own PostgreSQL, a test provider, a demo app and a guarded site, for development.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use clap::{Args, Subcommand};
use url::Url;

use super::output;
use crate::base::clock::Clock;
use crate::base::secret::Plain;
use crate::dev::provider::{self, Client, Settings};
use crate::dev::{self, Plan};

/// Runs the gateway with its own PostgreSQL, a test provider, a demo app and a guarded site.
#[derive(Args)]
#[command(args_conflicts_with_subcommands = true)]
pub struct DevArgs {
    /// Port of the gateway; the next four are those of the admin listener, the provider, the demo app and the guarded site.
    #[arg(long, default_value_t = 8080, value_parser = clap::value_parser!(u16).range(1..=65531))]
    port: u16,
    /// IP address to listen on: 127.0.0.1, or 0.0.0.0 or :: for the mapped ports of a container. Then everyone who can reach
    /// them can sign in as any test user. The URLs stay those of 127.0.0.1.
    #[arg(long, value_name = "IP", default_value = "127.0.0.1", value_parser = listen_address)]
    listen: IpAddr,
    /// Keep the database and the keys in .dev/ for the next run.
    #[arg(long)]
    keep: bool,
    /// Redirect URI of your own frontend, as <http://localhost:5173/callback>; replaces the demo app.
    #[arg(long, value_name = "REDIRECT_URI")]
    frontend: Option<Url>,
    #[command(subcommand)]
    part: Option<Part>,
}

/// The parts that can run alone.
#[derive(Subcommand)]
enum Part {
    /// Run only the test provider, for a gateway that runs elsewhere.
    Provider(ProviderArgs),
}

#[derive(Args)]
struct ProviderArgs {
    /// Address and port to listen on.
    #[arg(long, default_value = "127.0.0.1:8082")]
    listen: SocketAddr,
    /// Its issuer, if browsers and the gateway reach it at another address than --listen.
    #[arg(long)]
    issuer: Option<String>,
    /// The gateway's client id.
    #[arg(long, default_value = "vestibule")]
    client_id: String,
    /// The gateway's client secret.
    #[arg(long)]
    client_secret: String,
    /// An allowed redirect URI; may be repeated.
    #[arg(long, required = true)]
    redirect_uri: Vec<String>,
    /// An allowed post-logout redirect URI; may be repeated.
    #[arg(long)]
    post_logout_redirect_uri: Vec<String>,
    /// Seconds that the token endpoint takes for a login that requests a slow response.
    #[arg(long, default_value_t = 10)]
    slow: u64,
}

/// The parts of `vestibule dev` call each other at 127.0.0.1, so it has to be among the addresses.
fn listen_address(text: &str) -> Result<IpAddr, String> {
    let address = text.parse::<IpAddr>().ok();
    let is_good = |ip: &IpAddr| ip.is_unspecified() || *ip == IpAddr::from(Ipv4Addr::LOCALHOST);
    address.filter(is_good).ok_or_else(|| "write 127.0.0.1, 0.0.0.0 or ::".to_owned())
}

/// Runs until the process gets SIGINT or SIGTERM.
pub fn run(args: DevArgs, files: Vec<PathBuf>) -> ExitCode {
    let DevArgs { port, listen, keep, frontend, part } = args;
    let outcome = match part {
        None => dev::run(&Plan { port, listen, keep, frontend, files }).map_err(|error| error.to_string()),
        Some(Part::Provider(args)) => serve_provider(args).map_err(|error| error.to_string()),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(reason) => output::fail(&format_args!("vestibule dev: {reason}")),
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
        let _printed = output::print(&provider_greeting(args.listen, issuer));
    })
}

fn provider_greeting(listen: SocketAddr, issuer: &str) -> String {
    format!(
        "
  The test provider is running.

  Listens on   {listen}
  Issuer       {issuer}
  Discovery    {issuer}/.well-known/openid-configuration

  Ctrl-C stops it.

"
    )
}
