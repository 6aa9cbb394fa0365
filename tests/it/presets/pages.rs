//! The pages in `docs/providers` are up to date: they are what `vestibule providers` prints.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::Value;
use vestibule::config::{preset_index, preset_page, presets};

use crate::presets::operator::Operator;

/// The first line of each page in the repository.
const GENERATED: &str = "<!-- generated from src/config/presets, see tests/it/presets -->\n";

fn generated() -> BTreeMap<String, String> {
    let presets = presets();
    let mut pages: BTreeMap<_, _> =
        presets.iter().map(|preset| (format!("{}.md", preset.name), preset_page(preset))).collect();
    pages.insert("README.md".to_owned(), preset_index(&presets));
    for page in pages.values_mut() {
        page.insert_str(0, GENERATED);
    }
    pages
}

/// To update them: `UPDATE_REFERENCE=1 cargo test --features dev --test it presets::pages`.
#[test]
fn the_pages_are_up_to_date() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/providers");
    let generated = generated();
    if std::env::var_os("UPDATE_REFERENCE").is_some() {
        std::fs::create_dir_all(&folder).expect("docs/providers");
        for (name, text) in &generated {
            std::fs::write(folder.join(name), text).expect("a page");
        }
    }
    let entries = std::fs::read_dir(&folder).expect("docs/providers").map(|entry| entry.expect("a file"));
    let found: BTreeMap<_, _> = entries
        .map(|entry| {
            let text = std::fs::read_to_string(entry.path()).expect("a page");
            (entry.file_name().into_string().expect("a name"), text)
        })
        .collect();
    let behind = "docs/providers is behind; run UPDATE_REFERENCE=1 cargo test --features dev --test it presets::pages";
    assert_eq!(found.keys().collect::<Vec<_>>(), generated.keys().collect::<Vec<_>>(), "{behind}");
    for (name, text) in &generated {
        assert_eq!(&found[name], text, "{name}: {behind}");
    }
}

#[test]
fn a_page_has_the_redirect_uri_and_the_snippet() {
    for preset in presets() {
        let text = preset_page(&preset);
        let redirect_uri = format!("https://login.example.com/callback/{}", preset.name);
        assert!(text.contains("`{public_url}/callback/<id>`") && text.contains(&redirect_uri), "{text}");
        for need in &preset.about.needs {
            assert!(text.contains(&format!("\n{need}")), "{need} is missing in\n{text}");
        }
    }
}

/// The page of a preset that was not tried says so, and the index lists providers that need no preset.
#[test]
fn a_page_says_whether_the_preset_was_tried() {
    let presets = presets();
    let tried: Vec<_> =
        presets.iter().filter(|preset| preset.about.tried.is_some()).map(|preset| preset.name).collect();
    assert_eq!(tried, ["keycloak", "zitadel"]);
    for preset in &presets {
        let output = preset_page(preset).contains("\n## Tried\n\nNot tried with the provider itself.");
        assert_ne!(output, tried.contains(&preset.name), "{}", preset.name);
    }
    let index = preset_index(&presets);
    for name in ["Dex", "Ory Hydra", "LemonLDAP::NG", "Spring Authorization Server", "Better Auth", "Authlib"] {
        assert!(index.contains(&format!("| {name}")), "{name} is missing in\n{index}");
    }
}

#[test]
fn the_command_line_prints_the_list_and_each_page() {
    let operator = Operator::new();
    let (code, listed, _) = operator.run("", &["providers"]);
    assert_eq!(code, Some(0));
    for preset in presets() {
        let line = listed.lines().find(|line| line.starts_with(&format!("{} ", preset.name)));
        let line = line.unwrap_or_else(|| panic!("{} is missing in\n{listed}", preset.name));
        assert!(line.contains(preset.kind()) && line.ends_with(&preset.about.needs.join(", ")), "{line}");
    }
    let (code, printed, _) = operator.run("", &["providers", "github"]);
    let github = presets().into_iter().find(|preset| preset.name == "github").expect("GitHub");
    assert!(printed.starts_with("# GitHub\n"), "{printed}");
    assert_eq!((code, printed), (Some(0), preset_page(&github)));
    let (_, lines, _) = operator.run("", &["providers", "github", "--toml"]);
    assert!(lines.starts_with("[providers.github]\npreset = \"github\"\nclient_id = "), "{lines}");
    let (code, json, _) = operator.run("", &["providers", "--json"]);
    let all: Value = serde_json::from_str(&json).expect("JSON");
    assert_eq!((code, all.as_array().map(Vec::len)), (Some(0), Some(presets().len())));
    let (_, json, _) = operator.run("", &["providers", "github", "--json"]);
    let one: Value = serde_json::from_str(&json).expect("JSON");
    assert_eq!((&one["preset"], &one["provider"]["claims"]["sub"]), (&"github".into(), &"/id".into()));
    let listed = all.as_array().expect("a list").iter().find(|listed| listed["preset"] == "github").expect("GitHub");
    for (name, value) in listed.as_object().expect("an object") {
        assert_eq!(&one[name], value, "{name}");
    }
    let (code, _, complaint) = operator.run("", &["providers", "githbu"]);
    assert_eq!((code, complaint.as_str()), (Some(1), "there is no preset \"githbu\"; did you mean github?\n"));
    let (code, _, complaint) = operator.run("", &["providers", "foo"]);
    assert_eq!(code, Some(1));
    assert!(complaint.starts_with("there is no preset \"foo\"; the presets are google, microsoft, "), "{complaint}");
}
