//! Presets: what is known of a provider, as data that is compiled in. One lies over the defaults and under everything
//! that the operator writes.

use std::collections::{BTreeMap, HashMap};

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::effective::{PRESET, put};
use super::nearest::nearest_word;
use super::source::{self, Layer};

/// The files, by their names.
macro_rules! files {
    ($($name:literal),* $(,)?) => {
        [$(($name, include_str!(concat!("../presets/", $name, ".toml")))),*]
    };
}

/// In the order in which they are listed.
static FILES: [(&str, &str); 32] = files![
    "google",
    "microsoft",
    "microsoft-multi",
    "apple",
    "github",
    "gitlab",
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

/// A preset: the name that `preset` takes, and what is to be known before it is used.
#[derive(Serialize)]
pub struct Preset {
    /// The name.
    pub name: &'static str,
    /// What is written about it.
    pub about: About,
    /// The keys of `[providers.<id>]` that it gives, as they stand in its file.
    pub provider: Map<String, Value>,
}

/// What is to be known of a preset before it is used.
#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct About {
    /// What people call the provider.
    pub name: String,
    /// What its values were taken from.
    pub documentation: Vec<String>,
    /// Where an operator registers a client.
    pub register: String,
    /// The keys that an operator has to give.
    pub needs: Vec<String>,
    /// Who vouches for an e-mail address there.
    pub email: String,
    /// What else is to be known.
    #[serde(default)]
    pub notes: Vec<String>,
    /// What the needed keys look like.
    #[serde(default)]
    pub example: BTreeMap<String, Value>,
}

/// All presets. One that cannot be read is left out, and a test sees to it that there is none.
pub fn presets() -> Vec<Preset> {
    FILES.iter().filter_map(|(name, text)| read(name, text)).collect()
}

/// The preset whose name is near, if one is.
pub fn nearest_preset(name: &str) -> Option<&'static str> {
    nearest_word(name, &names())
}

/// What the preset's page shows for a key, or for the file with its value, as a line of TOML.
pub(crate) fn example(name: &str, key: &str) -> Option<String> {
    let (known, text) = FILES.iter().find(|(known, _)| *known == name)?;
    let example = read(known, text)?.about.example;
    let line = |key: &str| Some(format!("{key} = {}", example.get(key)?));
    line(key).or_else(|| line(&format!("{key}_file")))
}

/// The names of all presets.
pub(crate) fn names() -> Vec<&'static str> {
    FILES.iter().map(|(name, _)| *name).collect()
}

fn read(name: &'static str, text: &str) -> Option<Preset> {
    let mut values = source::from_toml(name, text).ok()?.values;
    let about = serde_json::from_value(values.remove("about")?).ok()?;
    let Value::Object(provider) = values.remove("provider")? else { return None };
    Some(Preset { name, about, provider })
}

/// A layer for each preset that these layers use. A name that is unknown is for the rules to tell.
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
    fn every_file_is_a_preset() {
        let directory = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src/config/presets");
        let files = std::fs::read_dir(directory).expect("the directory").count();
        assert_eq!((presets().len(), FILES.len()), (files, files), "a file that is not listed, or not readable");
    }

    #[test]
    fn an_example_is_a_line_of_its_page() {
        assert_eq!(example("okta", "issuer").as_deref(), Some("issuer = \"https://example.okta.com\""));
        assert_eq!(example("apple", "private_key").as_deref(), Some("private_key_file = \"/run/secrets/apple.p8\""));
        assert_eq!((example("okta", "client_secret"), example("", "issuer")), (None, None));
    }

    #[test]
    fn its_keys_are_those_of_a_provider() {
        let schema = schema::generate();
        for (name, _) in FILES {
            let text = format!("[providers.x]\npreset = \"{name}\"\n");
            let used = source::from_toml("x", &text).unwrap_or_else(|problem| panic!("{problem}"));
            let mut problems = Vec::new();
            for mut layer in layers(&[used]) {
                check::check(&mut layer, Shape::root(&schema), &mut problems);
            }
            let problems: Vec<_> = problems.iter().map(ToString::to_string).collect();
            assert_eq!(problems, [""; 0], "{name}");
        }
    }
}
