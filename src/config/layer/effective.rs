//! The layers laid over each other: every setting with its value, and where that came from.

use std::collections::HashMap;

use serde_json::{Map, Value};

use super::defaults;
use super::naming::Names;
use super::problem::Place;

/// What values of the lowest layer are said to come from.
pub(crate) const DEFAULT: &str = "default";

/// What values of a preset are said to come from, before its name.
pub(crate) const PRESET: &str = "preset ";

/// One setting as it is in force.
pub(crate) struct Setting {
    /// Its key, section by section.
    pub(crate) path: Vec<String>,
    /// Its value.
    pub(crate) value: Value,
    /// The layer that it came from: `default`, a file's name, or `environment`.
    pub(crate) origin: String,
}

impl Setting {
    /// Whether somebody gave it.
    pub(crate) fn is_given(&self) -> bool {
        let empty = match &self.value {
            Value::String(text) => text.is_empty(),
            Value::Array(items) => items.is_empty(),
            _ => false,
        };
        self.origin != DEFAULT && !empty
    }

    /// Whether that was the operator, and no preset.
    fn is_written(&self) -> bool {
        self.is_given() && !self.origin.starts_with(PRESET)
    }
}

/// All settings, and the places where they were written.
pub(crate) struct Effective {
    /// Every setting, once.
    pub(crate) settings: Vec<Setting>,
    /// For each layer its name and the places of its keys, the lowest first.
    pub(crate) places: Vec<(String, HashMap<String, Place>)>,
    /// The tables that operators named.
    pub(crate) names: Names,
}

impl Effective {
    /// The setting of a dotted key.
    pub(crate) fn find(&self, key: &str) -> Option<&Setting> {
        self.settings.iter().find(|setting| setting.path.join(".") == key)
    }

    /// Whether somebody gave a value for this key.
    pub(crate) fn is_given(&self, key: &str) -> bool {
        self.find(key).is_some_and(Setting::is_given)
    }

    /// The first key that the operator gave another value than its default: this one, its file, or one below it.
    pub(crate) fn written(&self, key: &str) -> Option<String> {
        let (file, below) = (format!("{key}_file"), format!("{key}."));
        let defaults = Value::Object(defaults::for_names(&self.names));
        let default = |setting: &Setting| setting.path.iter().try_fold(&defaults, |table, key| table.get(key)).cloned();
        let meant = |setting: &Setting| {
            let path = setting.path.join(".");
            let is_meant = path == key || path == file || path.starts_with(&below);
            (is_meant && setting.is_written() && default(setting).as_ref() != Some(&setting.value)).then_some(path)
        };
        self.settings.iter().find_map(meant)
    }

    /// Where to look for a key: where its value was written, else its section, else the last file.
    pub(crate) fn place(&self, key: &str) -> Place {
        let base = key.split('[').next().unwrap_or(key);
        if let Some(setting) = self.find(base).filter(|setting| setting.origin != DEFAULT) {
            let layers = self.places.iter().rev().filter(|(name, _)| *name == setting.origin);
            if let Some(place) = layers.flat_map(|(_, places)| [places.get(key), places.get(base)]).flatten().next() {
                return place.clone();
            }
        }
        let files = || self.places.iter().rev().map(|(_, places)| places);
        let is_file = |place: &&Place| matches!(place, Place::File(..));
        let mut section = base;
        while let Some((parent, _)) = section.rsplit_once('.') {
            section = parent;
            if let Some(place) = files().find_map(|places| places.get(section)).filter(is_file) {
                return place.clone();
            }
        }
        let name = files().flat_map(HashMap::values).find_map(|place| match place {
            Place::File(name, _) => Some(name.clone()),
            _ => None,
        });
        name.map_or(Place::Nowhere, |name| Place::File(name, None))
    }

    /// The values as nested tables, without the paths of secret files.
    pub(crate) fn nested(&self) -> Value {
        let mut root = Map::new();
        for setting in &self.settings {
            put(&mut root, &setting.path, setting.value.clone());
        }
        Value::Object(root)
    }
}

/// Puts a value at a path, making the tables on the way.
pub(crate) fn put(table: &mut Map<String, Value>, path: &[String], value: Value) {
    match path {
        [] => {}
        [key] => {
            table.insert(key.clone(), value);
        }
        [key, rest @ ..] => {
            let entry = table.entry(key.clone()).or_insert_with(|| Value::Object(Map::new()));
            if let Value::Object(table) = entry {
                put(table, rest, value);
            }
        }
    }
}
