//! The built-in defaults, the lowest layer: `defaults.toml`, compiled in.

use serde_json::{Map, Value};

use super::ids::Ids;
use super::source;

/// The file's text. The reference and the dump keep its order.
pub(crate) const TEXT: &str = include_str!("../defaults.toml");

/// The id that stands for every id, as in `[providers."*"]`.
pub(crate) const ANY: &str = "*";

/// All defaults, with `*` as the id of providers and clients.
pub(crate) fn values() -> Value {
    source::from_toml("default", TEXT).map(|layer| Value::Object(layer.values)).unwrap_or_default()
}

/// All defaults, with a table for each of these ids instead of `*`.
pub(crate) fn for_ids(ids: &Ids) -> Map<String, Value> {
    let Value::Object(mut values) = values() else { return Map::new() };
    for (section, ids) in ids.iter() {
        let any = values.get(section).and_then(|tables| tables.get(ANY)).cloned().unwrap_or_default();
        let tables = ids.iter().map(|id| (id.clone(), any.clone())).collect();
        values.insert(section.to_owned(), Value::Object(tables));
    }
    values
}

/// The path of every key, in the order of the file; a table comes before its keys.
pub(crate) fn order() -> Vec<Vec<String>> {
    source::from_toml("default", TEXT).map(|layer| layer.order).unwrap_or_default()
}
