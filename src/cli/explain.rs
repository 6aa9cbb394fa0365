//! `vestibule explain`: shows the result of a login with given claims, without a login and without a database.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use serde_json::{Value, json};

use super::explain_site::{self, Person, SiteQuestion};
use super::{check, claims_file, explanation, output};
use crate::base::clock::Clock;
use crate::client;
use crate::config::{self, Config, Provider, Registration};
use crate::login::{self, Explained};
use crate::upstream::{self, ClaimsError, Identity};

/// The exit code if a login with these claims would be refused.
const REFUSED: u8 = 1;
/// The exit code of an invalid configuration or invalid arguments.
const WRONG: u8 = 2;

#[derive(clap::Args)]
pub struct Arguments {
    /// The provider that returns these claims
    #[arg(long, value_name = "ID", required_unless_present = "host", requires = "claims")]
    provider: Option<String>,
    /// A JSON file with the claims of an ID token, or `{"id_token": {…}, "userinfo": {…}, "user": {…}}`; for a provider
    /// without ID tokens, the response of `userinfo_endpoint`, with the response of each of `profile_calls` under its name.
    /// `-` reads standard input
    #[arg(long, value_name = "FILE", required_unless_present = "host", requires = "provider")]
    claims: Option<PathBuf>,
    /// The app that the login would be for
    #[arg(long, value_name = "ID")]
    client: Option<String>,
    /// The host of a site behind a proxy: shows which of `verify.rules` decides on a request to it
    #[arg(long, value_name = "HOST", conflicts_with = "client")]
    host: Option<String>,
    /// The path of that request, as the browser sends it
    #[arg(long, value_name = "PATH", requires = "host", default_value = "/")]
    path: String,
    /// The method of that request
    #[arg(long, value_name = "METHOD", requires = "host", default_value = "GET")]
    method: String,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// Runs the command. The exit code is 0 if the login would succeed, 1 if it would be refused, 2 for an error.
pub fn run(arguments: &Arguments, files: &[PathBuf]) -> ExitCode {
    let config = match config::load(files) {
        Ok(loaded) => loaded.into_config(),
        Err(problems) if arguments.json => return check::print_problems(&problems),
        Err(problems) => return output::reject_configuration(&problems),
    };
    if let Some(host) = &arguments.host {
        return site(arguments, host, &config);
    }
    match outcome(arguments, config) {
        Ok(ExplainOutcome::Explained(explained)) => {
            let text = if arguments.json { pretty(&json!(*explained)) } else { explanation::text(&explained) };
            let printed = output::print(&text);
            if explained.admitted { printed } else { ExitCode::from(REFUSED) }
        }
        Ok(ExplainOutcome::OfNoTenant { rule, why }) => {
            let refused = format!("{rule} does not hold: {why}");
            let rules = json!([{ "rule": rule, "holds": false, "why": why }]);
            let report =
                json!({ "admitted": false, "refused": refused, "provider": arguments.provider, "rules": rules });
            let text = if arguments.json { pretty(&report) } else { format!("Refused: {refused}.\n") };
            let _printed = output::print(&text);
            ExitCode::from(REFUSED)
        }
        Err(error) => fail(arguments, &error),
    }
}

/// A request to a site, and whether the person of `--claims` may make it.
fn site(arguments: &Arguments, host: &str, config: &Config) -> ExitCode {
    let question = SiteQuestion { host, path: &arguments.path, method: &arguments.method };
    let explained = match person(arguments, config) {
        Ok(None) => explain_site::explain(config, &question, None, Clock::system().now()),
        Ok(Some((registration, identity))) => {
            let person = Person { registration, identity: &identity };
            explain_site::explain(config, &question, Some(&person), Clock::system().now())
        }
        Err(error) => Err(error),
    };
    match explained {
        Ok(explained) => {
            let text = if arguments.json { pretty(&json!(explained)) } else { explain_site::text(&explained) };
            let printed = output::print(&text);
            if explained.passes == Some(false) { ExitCode::from(REFUSED) } else { printed }
        }
        Err(error) => fail(arguments, &error),
    }
}

fn person<'c>(arguments: &Arguments, config: &'c Config) -> Result<Option<(&'c Registration, Identity)>, String> {
    let (Some(id), Some(claims)) = (&arguments.provider, &arguments.claims) else { return Ok(None) };
    let provider = find_provider(&config.providers, id)?;
    let identity = upstream::identity_from_claims(provider, claims_file::read(claims, provider)?);
    let identity = identity.map_err(|error| format!("{}: {error}", claims.display()))?;
    Ok(Some((provider.registration(), identity)))
}

fn find_provider<'c>(providers: &'c [Provider], id: &str) -> Result<&'c Provider, String> {
    let found = providers.iter().find(|provider| provider.registration().id == id);
    found.ok_or_else(|| no_such("provider", id, &ids(providers)))
}

fn fail(arguments: &Arguments, error: &str) -> ExitCode {
    if arguments.json {
        let _printed = output::print(&pretty(&json!({ "error": error })));
    } else {
        output::print_error(&error);
    }
    ExitCode::from(WRONG)
}

fn pretty(value: &Value) -> String {
    format!("{value:#}\n")
}

enum ExplainOutcome {
    Explained(Box<Explained>),
    /// The claims name no allowed tenant. The identity depends on the tenant, so there is nothing more to show.
    OfNoTenant {
        rule: String,
        why: String,
    },
}

fn outcome(arguments: &Arguments, mut config: Config) -> Result<ExplainOutcome, String> {
    let clients = client::Registry::new(std::mem::take(&mut config.clients), &config.limits);
    let (id, file) = (arguments.provider.as_deref().unwrap_or_default(), arguments.claims.as_deref());
    let (provider, file) = (find_provider(&config.providers, id)?, file.unwrap_or(Path::new("-")));
    let client = match &arguments.client {
        Some(id) => {
            let all = || -> Vec<String> { clients.iter().map(|client| client.id.clone()).collect() };
            Some(clients.registered(id).ok_or_else(|| no_such("client", id, &all()))?)
        }
        None => None,
    };
    let supposed = claims_file::read(file, provider)?;
    let unanswered = claims_file::unanswered(&supposed, provider);
    let now = Clock::system().now();
    match upstream::identity_from_claims(provider, supposed) {
        Ok(identity) => {
            let mut explained = login::explain(&config, &clients, provider, &identity, client, now);
            explained.notes.extend(unanswered);
            Ok(ExplainOutcome::Explained(Box::new(explained)))
        }
        Err(unrecognised @ ClaimsError::TenantNotAllowed) => {
            Ok(ExplainOutcome::OfNoTenant { rule: format!("providers.{id}.tenants"), why: unrecognised.to_string() })
        }
        Err(unusable) => Err(format!("{}: the claims do not identify a user: {unusable}", file.display())),
    }
}

fn ids(providers: &[Provider]) -> Vec<String> {
    providers.iter().map(|provider| provider.registration().id.clone()).collect()
}

fn no_such(kind: &str, id: &str, known: &[String]) -> String {
    let known =
        if known.is_empty() { "none is configured".to_owned() } else { format!("known ids: {}", known.join(", ")) };
    format!("there is no {kind} with the id {id:?}; {known}")
}
