//! `vestibule providers`: the presets, and what is to be known of each.

use std::fmt::Write;
use std::process::ExitCode;

use serde_json::{Value, json};

use super::opened;
use crate::config::{self, Preset};

/// What is asked.
#[derive(clap::Args)]
pub struct Arguments {
    /// A preset, whose page is printed instead of the list
    name: Option<String>,
    /// Only the lines of configuration that use it
    #[arg(long, requires = "name")]
    toml: bool,
    /// As JSON, for machines
    #[arg(long, conflicts_with = "toml")]
    json: bool,
}

/// Prints it. Exits with 1 where no preset has the name.
pub fn run(arguments: &Arguments) -> ExitCode {
    let presets = config::presets();
    let Arguments { name, toml, json } = arguments;
    let Some(name) = name else {
        let all: Vec<_> = presets.iter().map(summary).collect();
        return opened::say(&if *json { pretty(&Value::Array(all)) } else { list(&presets) });
    };
    let Some(preset) = presets.iter().find(|preset| preset.name == name) else {
        let near = config::nearest_preset(name).map(|near| format!("; did you mean {near}?"));
        let near = near.unwrap_or_else(|| "; `vestibule providers` lists them".to_owned());
        return opened::failed(&format_args!("there is no preset {name:?}{near}"));
    };
    opened::say(&match (toml, json) {
        (true, _) => config::snippet(preset),
        (_, true) => pretty(&whole(preset)),
        _ => config::page(preset),
    })
}

fn list(presets: &[Preset]) -> String {
    let mut text = String::new();
    for preset in presets {
        let (name, kind, about) = (preset.name, preset.kind(), &preset.about);
        let _always_written = writeln!(text, "{name:<16} {kind:<7} {:<36} {}", about.name, about.needs.join(", "));
    }
    text + "\n`vestibule providers NAME` tells how to register and what to write.\n"
}

fn summary(preset: &Preset) -> Value {
    let about = &preset.about;
    json!({
        "preset": preset.name, "name": about.name, "kind": preset.kind(), "needs": about.needs,
        "email_verified": preset.verified_by(),
    })
}

/// The same members, and the rest.
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
