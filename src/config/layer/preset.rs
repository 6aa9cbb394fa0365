//! Presets: the known values for a provider's keys, compiled in from `presets/*.toml`. A preset is a layer above the
//! defaults and below everything that the operator writes.

use std::collections::{BTreeMap, HashMap};

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::effective::{PRESET, put};
use super::source::{self, Layer};
use super::suggest::suggest_word;

/// Pairs of a preset's name and the text of its file.
macro_rules! files {
    ($($name:literal),* $(,)?) => {
        [$(($name, include_str!(concat!("../presets/", $name, ".toml")))),*]
    };
}

/// All presets, in the order in which they are listed.
static FILES: [(&str, &str); 34] = files![
    "google",
    "microsoft",
    "microsoft-multi",
    "apple",
    "github",
    "gitlab",
    "gitea",
    "forgejo",
    "bitbucket",
    "facebook",
    "x",
    "linkedin",
    "discord",
    "slack",
    "twitch",
    "spotify",
    "amazon",
    "auth0",
    "okta",
    "keycloak",
    "zitadel",
    "authentik",
    "authelia",
    "cognito",
    "salesforce",
    "yahoo",
    "line",
    "kakao",
    "franceconnect",
    "tumblr",
    "flickr",
    "trello",
    "discogs",
    "mediawiki",
];

/// A preset: its name, the information for operators, and the keys that it sets.
#[derive(Serialize)]
pub struct Preset {
    /// The value of the key `preset`.
    pub name: &'static str,
    /// The table `[about]` of its file.
    pub about: About,
    /// The keys of `[providers.<id>]` that it sets: the table `[provider]` of its file.
    pub provider: Map<String, Value>,
}

/// The facts that an operator needs to use a preset.
#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct About {
    /// The display name of the provider.
    pub name: String,
    /// The addresses of the documents that the values are taken from.
    pub documentation: Vec<String>,
    /// The place of the client registration at the provider, in a sentence.
    pub register: String,
    /// The keys that the operator has to set.
    pub needs: Vec<String>,
    /// Whether the provider verifies e-mail addresses, in a sentence.
    pub email: String,
    /// Further notes, a paragraph each.
    #[serde(default)]
    pub notes: Vec<String>,
    /// With which software the preset was tried, and what worked; `None` if its values were only read.
    pub tried: Option<String>,
    /// Example values of the needed keys.
    #[serde(default)]
    pub example: BTreeMap<String, Value>,
}

/// All presets. A file that cannot be read is left out; a test checks that all can.
pub fn presets() -> Vec<Preset> {
    FILES.iter().filter_map(|(name, text)| read(name, text)).collect()
}

/// The presets of providers at which everybody can have an account: the address is the same for all operators.
pub(crate) fn public() -> Vec<Preset> {
    presets().into_iter().filter(|preset| !preset.about.needs.iter().any(|key| key == "issuer")).collect()
}

/// The preset with the most similar name, if one is similar enough.
pub fn suggest_preset(name: &str) -> Option<&'static str> {
    suggest_word(name, &names())
}

/// The example that the preset's page shows for `key` or `key_file`, as a line of TOML.
pub(crate) fn example(name: &str, key: &str) -> Option<String> {
    let (known, text) = FILES.iter().find(|(known, _)| *known == name)?;
    let example = read(known, text)?.about.example;
    let line = |key: &str| Some(format!("{key} = {}", example.get(key)?));
    line(key).or_else(|| line(&format!("{key}_file")))
}

/// The names of all presets, in the order of the list.
pub(crate) fn names() -> Vec<&'static str> {
    FILES.iter().map(|(name, _)| *name).collect()
}

fn read(name: &'static str, text: &str) -> Option<Preset> {
    let mut values = source::from_toml(name, text).ok()?.values;
    let about = serde_json::from_value(values.remove("about")?).ok()?;
    let Value::Object(provider) = values.remove("provider")? else { return None };
    Some(Preset { name, about, provider })
}

/// A layer for each preset that these layers use. Validation reports unknown names.
pub(crate) fn layers(layers: &[Layer]) -> Vec<Layer> {
    let mut used: BTreeMap<String, Vec<&String>> = BTreeMap::new();
    let mut of_provider: BTreeMap<&String, &str> = BTreeMap::new();
    for (id, table) in layers.iter().filter_map(|layer| layer.values.get("providers")?.as_object()).flatten() {
        if let Some(name) = table.get("preset").and_then(Value::as_str) {
            of_provider.insert(id, name);
        }
    }
    for (id, name) in of_provider {
        used.entry(name.to_owned()).or_default().push(id);
    }
    let layer = |(name, ids): (String, Vec<&String>)| {
        let (known, text) = FILES.iter().find(|(known, _)| *known == name)?;
        let preset = read(known, text)?;
        let mut values = Map::new();
        for id in ids {
            put(&mut values, &["providers".to_owned(), id.clone()], Value::Object(preset.provider.clone()));
        }
        Some(Layer { name: format!("{PRESET}{name}"), values, places: HashMap::new(), order: Vec::new() })
    };
    used.into_iter().filter_map(layer).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::layer::check;
    use crate::config::layer::shape::Shape;
    use crate::config::schema;

    #[test]
    fn every_file_is_listed_and_readable() {
        let directory = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src/config/presets");
        let files = std::fs::read_dir(directory).expect("the directory").count();
        assert_eq!((presets().len(), FILES.len()), (files, files), "a file is not listed, or not readable");
    }

    #[test]
    fn an_example_is_a_line_of_toml() {
        assert_eq!(example("okta", "issuer").as_deref(), Some("issuer = \"https://example.okta.com\""));
        assert_eq!(example("apple", "private_key").as_deref(), Some("private_key_file = \"/run/secrets/apple.p8\""));
        assert_eq!((example("okta", "client_secret"), example("", "issuer")), (None, None));
    }

    #[test]
    fn presets_set_known_keys_only() {
        let schema = schema::generate();
        for (name, _) in FILES {
            let text = format!("[providers.x]\npreset = \"{name}\"\n");
            let used = source::from_toml("x", &text).unwrap_or_else(|error| panic!("{}", error.message));
            let mut problems = Vec::new();
            for mut layer in layers(&[used]) {
                check::check(&mut layer, Shape::root(&schema), &mut problems);
            }
            let problems: Vec<_> = problems.iter().map(ToString::to_string).collect();
            assert_eq!(problems, [""; 0], "{name}");
        }
    }
}
