//! The built-in defaults: one embedded file, the lowest layer.

use serde_json::{Map, Value};

use super::source;

/// The file as it is written; its order is the order of the reference and of the dump.
pub(super) const TEXT: &str = include_str!("defaults.toml");

/// What providers of any id have.
pub(super) const ANY: &str = "*";

/// All of it, the providers' under `providers.*`.
pub(super) fn values() -> Value {
    source::from_toml("default", TEXT).map(|layer| Value::Object(layer.values)).unwrap_or_default()
}

/// All of it, with a table for each of these providers.
pub(super) fn for_providers<'a>(ids: impl IntoIterator<Item = &'a str>) -> Map<String, Value> {
    let Value::Object(mut values) = values() else { return Map::new() };
    let any = values.get("providers").and_then(|providers| providers.get(ANY)).cloned().unwrap_or_default();
    let providers = ids.into_iter().map(|id| (id.to_owned(), any.clone())).collect();
    values.insert("providers".to_owned(), Value::Object(providers));
    values
}

/// Every key in its order, as a path: tables before what is in them.
pub(super) fn order() -> Vec<Vec<String>> {
    source::from_toml("default", TEXT).map(|layer| layer.order).unwrap_or_default()
}
