//! The built-in defaults: one embedded file, the lowest layer.

use serde_json::{Map, Value};

use super::naming::Names;
use super::source;

/// The file as it is written; its order is the order of the reference and of the dump.
pub(crate) const TEXT: &str = include_str!("../defaults.toml");

/// What stands for any name, in sections whose tables the operator names.
pub(crate) const ANY: &str = "*";

/// All of it, with `*` for any name.
pub(crate) fn values() -> Value {
    source::from_toml("default", TEXT).map(|layer| Value::Object(layer.values)).unwrap_or_default()
}

/// All of it, with a table for each of these names.
pub(crate) fn for_names(names: &Names) -> Map<String, Value> {
    let Value::Object(mut values) = values() else { return Map::new() };
    for (section, names) in names.iter() {
        let any = values.get(section).and_then(|tables| tables.get(ANY)).cloned().unwrap_or_default();
        let tables = names.iter().map(|name| (name.clone(), any.clone())).collect();
        values.insert(section.to_owned(), Value::Object(tables));
    }
    values
}

/// Every key in its order, as a path: tables before what is in them.
pub(crate) fn order() -> Vec<Vec<String>> {
    source::from_toml("default", TEXT).map(|layer| layer.order).unwrap_or_default()
}
