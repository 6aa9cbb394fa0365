//! The merged layers: every setting with its value and the origin of the value.

use std::collections::HashMap;

use serde_json::{Map, Value};

use super::defaults;
use super::ids::Ids;
use super::problem::Place;

/// The origin of values of the lowest layer.
pub(crate) const DEFAULT: &str = "default";

/// The origin of values of a preset, followed by the preset's name.
pub(crate) const PRESET: &str = "preset ";

/// One key with its effective value.
pub(crate) struct Setting {
    /// The key's path: section, table, key.
    pub(crate) path: Vec<String>,
    /// The effective value; a list is one value.
    pub(crate) value: Value,
    /// The layer that the value came from: `default`, `preset NAME`, a file's name, or `environment`.
    pub(crate) origin: String,
}

impl Setting {
    /// Whether a layer above the defaults sets it to something that is not empty.
    pub(crate) fn is_given(&self) -> bool {
        let empty = match &self.value {
            Value::String(text) => text.is_empty(),
            Value::Array(items) => items.is_empty(),
            _ => false,
        };
        self.origin != DEFAULT && !empty
    }

    /// Whether the operator set it, rather than a preset.
    fn is_written(&self) -> bool {
        self.is_given() && !self.origin.starts_with(PRESET)
    }
}

/// All settings, with the places where they are written.
pub(crate) struct Effective {
    /// Every setting, each key once.
    pub(crate) settings: Vec<Setting>,
    /// The name of each layer and the places of its keys, the lowest layer first.
    pub(crate) places: Vec<(String, HashMap<String, Place>)>,
    /// The ids of providers and clients.
    pub(crate) ids: Ids,
}

impl Effective {
    /// The setting with this dotted key.
    pub(crate) fn find(&self, key: &str) -> Option<&Setting> {
        self.settings.iter().find(|setting| setting.path.join(".") == key)
    }

    /// Whether a preset or the operator gave a value for this key.
    pub(crate) fn is_given(&self, key: &str) -> bool {
        self.find(key).is_some_and(Setting::is_given)
    }

    /// The first of `key`, its `_file` key and the keys below it that the operator set to another value than the default.
    pub(crate) fn written(&self, key: &str) -> Option<String> {
        let (file, below) = (format!("{key}_file"), format!("{key}."));
        let defaults = Value::Object(defaults::for_ids(&self.ids));
        let default = |setting: &Setting| setting.path.iter().try_fold(&defaults, |table, key| table.get(key)).cloned();
        let changed = |setting: &Setting| {
            let path = setting.path.join(".");
            let belongs_to_key = path == key || path == file || path.starts_with(&below);
            (belongs_to_key && setting.is_written() && default(setting).as_ref() != Some(&setting.value))
                .then_some(path)
        };
        self.settings.iter().find_map(changed)
    }

    /// The place to name in a message about a key: the place of its value, else its section, else the last file.
    pub(crate) fn place(&self, key: &str) -> Place {
        let base = key.split('[').next().unwrap_or(key);
        if let Some(setting) = self.find(base).filter(|setting| setting.origin != DEFAULT) {
            let mut layers = self.places.iter().rev().filter(|(name, _)| *name == setting.origin);
            if let Some(place) = layers.find_map(|(_, places)| nearest_place(places, key)) {
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

    /// The values as nested tables.
    pub(crate) fn nested(&self) -> Map<String, Value> {
        let mut root = Map::new();
        for setting in &self.settings {
            put(&mut root, &setting.path, setting.value.clone());
        }
        root
    }
}

/// The place of a key, or of the list item or the list around it.
fn nearest_place<'p>(places: &'p HashMap<String, Place>, key: &str) -> Option<&'p Place> {
    let mut key = key;
    loop {
        if let Some(place) = places.get(key) {
            return Some(place);
        }
        // Of `rules[0].hosts[1]`: `rules[0].hosts`, `rules[0]`, `rules`. Above the list nothing is nearer than its section.
        key = key.get(..key.rfind(['[', '.']).filter(|_| key.contains('['))?)?;
    }
}

/// Sets the value at a path, creating missing tables.
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
