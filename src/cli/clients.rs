//! `vestibule clients list`: the registered clients, and those by URL that persons have agreed to.

use std::fmt::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Subcommand;
use serde::Serialize;

use super::context::{load_config, wait_for};
use super::format::{as_json, timestamp};
use super::output;
use crate::base::db::Db;
use crate::client::{self, AgreedClient};
use crate::config::{self, ClientType, Config};

#[derive(Subcommand)]
pub enum Verb {
    /// List the registered clients, and those by URL that persons have agreed to within a year, the latest first
    List {
        /// Maximum number of clients by URL
        #[arg(long, default_value_t = 1000, value_parser = clap::value_parser!(i64).range(1..=10_000))]
        limit: i64,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
}

/// The lists, as JSON.
#[derive(Serialize)]
struct Lists<'a> {
    registered: Vec<Registered<'a>>,
    by_url: &'a [AgreedClient],
}

/// A client of the configuration.
#[derive(Serialize)]
struct Registered<'a> {
    client_id: &'a str,
    client_name: &'a str,
    r#type: &'static str,
}

/// Runs the command. The exit code is 0, 1 for a failure, or 2 for an invalid configuration.
pub fn run(verb: &Verb, files: &[PathBuf]) -> ExitCode {
    let Verb::List { limit, json } = verb;
    let config = match load_config(files) {
        Ok(config) => config,
        Err(code) => return code,
    };
    match wait_for(list(&config, *limit, *json)) {
        Ok(Ok(text)) => output::print(&text),
        Ok(Err(error)) => output::fail(&error),
        Err(code) => code,
    }
}

async fn list(config: &Config, limit: i64, json: bool) -> Result<String, String> {
    let db = Db::open(&config.database.access());
    let by_url = db.run("list clients by URL", move |conn| client::agreed(conn, limit)).await;
    let by_url = by_url.map_err(|error| error.to_string())?;
    let registered: Vec<_> = config.clients.iter().map(registered).collect();
    if json {
        return as_json(&Lists { registered, by_url: &by_url });
    }
    let mut text = String::new();
    for Registered { client_id, client_name, r#type } in registered {
        let _always_written = writeln!(text, "{client_id}  {type}  {client_name}");
    }
    for AgreedClient { client_id, client_name, first_agreed_at, last_agreed_at } in &by_url {
        let name = client_name.as_ref().map(|name| format!("  calls itself {name:?}")).unwrap_or_default();
        let (first, last) = (timestamp(*first_agreed_at), timestamp(*last_agreed_at));
        let _always_written = writeln!(text, "{client_id}  by URL{name}  first agreed {first}  last agreed {last}");
    }
    Ok(text)
}

fn registered(client: &config::Client) -> Registered<'_> {
    let r#type = match client.r#type {
        ClientType::Public => "public",
        ClientType::Confidential => "confidential",
    };
    Registered { client_id: &client.id, client_name: &client.name, r#type }
}
