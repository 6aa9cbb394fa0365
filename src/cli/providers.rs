//! `vestibule providers`: lists the presets, and prints the page of one.

use std::fmt::Write;
use std::process::ExitCode;

use serde_json::{Value, json};

use super::output;
use crate::config::{self, Preset};

/// The arguments of `vestibule providers`.
#[derive(clap::Args)]
pub struct Arguments {
    /// Print the page of this preset
    name: Option<String>,
    /// Only the lines of configuration that use it
    #[arg(long, requires = "name")]
    toml: bool,
    /// Print JSON
    #[arg(long, conflicts_with = "toml")]
    json: bool,
}

/// Runs the command. The exit code is 1 where there is no preset of that name.
pub fn run(arguments: &Arguments) -> ExitCode {
    let presets = config::presets();
    let Arguments { name, toml, json } = arguments;
    let Some(name) = name else {
        let all: Vec<_> = presets.iter().map(summary).collect();
        return output::print(&if *json { pretty(&Value::Array(all)) } else { list(&presets) });
    };
    let Some(preset) = presets.iter().find(|preset| preset.name == name) else {
        let hint = config::suggest_preset(name).map(|similar| format!("; did you mean {similar}?"));
        let hint = hint.unwrap_or_else(|| "; `vestibule providers` lists them".to_owned());
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
