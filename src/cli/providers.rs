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
        return opened::failed(&format_args!("there is no preset {name:?}; `vestibule providers` lists them"));
    };
    opened::say(&match (toml, json) {
        (true, _) => config::snippet(preset),
        (_, true) => pretty(&json!(preset)),
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

fn pretty(value: &Value) -> String {
    format!("{value:#}\n")
}
