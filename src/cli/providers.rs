//! `vestibule providers`: lists the presets, prints the page of one, and moves a provider to another issuer.

use std::fmt::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Subcommand;
use serde_json::{Value, json};

use super::{context, output};
use crate::administration::{self, Actor, MovedProvider};
use crate::base::clock::Clock;
use crate::base::db::Db;
use crate::config::{self, Preset};

/// The arguments of `vestibule providers`.
#[derive(clap::Args)]
#[command(args_conflicts_with_subcommands = true)]
pub struct Arguments {
    /// Print the page of this preset
    name: Option<String>,
    /// Only the lines of configuration that use it
    #[arg(long, requires = "name")]
    toml: bool,
    /// Print JSON
    #[arg(long, conflicts_with = "toml")]
    json: bool,
    #[command(subcommand)]
    verb: Option<Verb>,
}

#[derive(Subcommand)]
enum Verb {
    /// Assign the stored identities of a provider to the issuer that is configured now
    Move {
        /// The id of the provider in the configuration
        id: String,
    },
}

/// Runs the command. The exit code is 1 if there is no preset of that name, and 1 if the provider cannot be moved.
pub fn run(arguments: &Arguments, files: &[PathBuf]) -> ExitCode {
    let presets = config::presets();
    let Arguments { name, toml, json, verb } = arguments;
    if let Some(Verb::Move { id }) = verb {
        return move_provider(id, files);
    }
    let Some(name) = name else {
        let all: Vec<_> = presets.iter().map(summary).collect();
        return output::print(&if *json { pretty(&Value::Array(all)) } else { list(&presets) });
    };
    let Some(preset) = presets.iter().find(|preset| preset.name == name) else {
        let hint = config::suggest_preset(name).map(|similar| format!("; did you mean {similar}?"));
        let names = || presets.iter().map(|preset| preset.name).collect::<Vec<_>>().join(", ");
        let hint = hint.unwrap_or_else(|| format!("; the presets are {}", names()));
        return output::fail(&format_args!("there is no preset {name:?}{hint}"));
    };
    output::print(&match (toml, json) {
        (true, _) => config::preset_snippet(preset),
        (_, true) => pretty(&whole(preset)),
        _ => config::preset_page(preset),
    })
}

fn list(presets: &[Preset]) -> String {
    let mut text = String::new();
    for preset in presets {
        let (name, kind, about) = (preset.name, preset.kind(), &preset.about);
        let _always_written = writeln!(text, "{name:<16} {kind:<7} {:<36} {}", about.name, about.needs.join(", "));
    }
    text + "\n`vestibule providers NAME` prints how to register a client and what to write.\n"
}

fn summary(preset: &Preset) -> Value {
    let about = &preset.about;
    json!({
        "preset": preset.name, "name": about.name, "kind": preset.kind(), "needs": about.needs,
        "email_verified": preset.verified_by(),
    })
}

/// The members of the summary, and all others.
fn whole(preset: &Preset) -> Value {
    let about = &preset.about;
    let mut all = summary(preset);
    if let Value::Object(members) = &mut all {
        members.insert("register".into(), json!(about.register));
        members.insert("email".into(), json!(about.email));
        members.insert("notes".into(), json!(about.notes));
        members.insert("documentation".into(), json!(about.documentation));
        members.insert("example".into(), json!(about.example));
        members.insert("provider".into(), json!(preset.provider));
    }
    all
}

fn pretty(value: &Value) -> String {
    format!("{value:#}\n")
}

fn move_provider(id: &str, files: &[PathBuf]) -> ExitCode {
    let config = match context::load_config(files) {
        Ok(config) => config,
        Err(code) => return code,
    };
    let Some(provider) = config.providers.iter().find(|provider| provider.registration().id == id) else {
        return output::fail(&format_args!("the configuration has no [providers.{id}]"));
    };
    let (db, issuer) = (Db::open(&config.database.access()), provider.identity_issuer());
    let moved = administration::move_provider(&db, id, &issuer, Actor::CommandLine, Clock::system().now());
    match context::wait_for(moved) {
        Ok(Ok(Some(moved))) if moved.before == issuer => {
            output::print(&format!("The identities of providers.{id} are of {issuer} already.\n"))
        }
        Ok(Ok(Some(MovedProvider { before, tokens_removed }))) => output::print(&format!(
            "The identities of providers.{id} were of {before} and are of {issuer} now.\nThe stored tokens of \
             {tokens_removed} identities were removed, since they are of the former issuer.\nRunning replicas with this \
             configuration use the provider again within 10 seconds; others stop using it.\n"
        )),
        Ok(Ok(None)) => {
            output::fail(&format_args!("no gateway has started with providers.{id}, so there is nothing to move"))
        }
        Ok(Err(error)) => output::fail(&error),
        Err(code) => code,
    }
}
