//! What the schema says about one place of the configuration.

use serde_json::{Map, Value};

use super::naming::Naming;

/// A part of the schema: what may stand in one place.
#[derive(Clone, Copy)]
pub(crate) struct Shape<'s>(&'s Value);

/// The type of what may stand in one place.
pub(crate) enum Kind<'s> {
    /// A table with these keys.
    Table(&'s Map<String, Value>),
    /// A table with keys of the operator's choice, all of this shape.
    Named(Shape<'s>),
    /// A list of this shape.
    List(Shape<'s>),
    /// One of these words.
    Choice(Vec<&'s str>),
    /// A whole number between these.
    Number(i64, i64),
    /// `true` or `false`.
    Flag,
    /// Any text.
    Text,
}

impl<'s> Shape<'s> {
    /// The whole configuration.
    pub(crate) fn root(schema: &'s Value) -> Self {
        Self(schema)
    }

    /// Its type.
    pub(crate) fn kind(self) -> Kind<'s> {
        if let Some(keys) = self.0.get("properties").and_then(Value::as_object) {
            return Kind::Table(keys);
        }
        if let Some(entry) = self.0.get("additionalProperties").filter(|entry| entry.is_object()) {
            return Kind::Named(Self(entry));
        }
        if let Some(items) = self.0.get("items") {
            return Kind::List(Self(items));
        }
        let words = self.words();
        if !words.is_empty() {
            return Kind::Choice(words);
        }
        match self.0.get("type").and_then(Value::as_str) {
            Some("integer") => Kind::Number(self.bound("minimum", i64::MIN), self.bound("maximum", i64::MAX)),
            Some("boolean") => Kind::Flag,
            _ => Kind::Text,
        }
    }

    /// What stands under a key of a table.
    pub(crate) fn child(self, key: &str) -> Option<Self> {
        match self.kind() {
            Kind::Table(keys) => keys.get(key).map(Self),
            Kind::Named(entry) => Some(entry),
            _ => None,
        }
    }

    /// Whether it must never be shown.
    pub(crate) fn is_secret(self) -> bool {
        self.0.get("writeOnly") == Some(&Value::Bool(true))
    }

    /// Whether it is a text that must have a form, as durations have.
    pub(crate) fn is_duration(self) -> bool {
        self.0.get("pattern").and_then(Value::as_str).is_some_and(|pattern| pattern.contains("ms|s"))
    }

    /// What the keys of this table are, if they name the tables of a section.
    pub(crate) fn naming(self) -> Option<&'static Naming> {
        self.0.get("propertyNames")?.get("pattern")?.as_str().and_then(Naming::of_pattern)
    }

    /// What its doc comment says, on one line.
    pub(crate) fn description(self) -> String {
        let text = self.0.get("description").and_then(Value::as_str).unwrap_or_default();
        text.split_whitespace().collect::<Vec<_>>().join(" ")
    }

    /// Its default, if that is worth showing as an example.
    pub(crate) fn example(self) -> Option<&'s str> {
        self.0.get("default").and_then(Value::as_str).filter(|default| !default.is_empty())
    }

    /// An enumeration's words: `enum`, or `oneOf` with a `const` each where they are described.
    fn words(self) -> Vec<&'s str> {
        let plain = self.0.get("enum").and_then(Value::as_array).into_iter().flatten();
        let described = self.0.get("oneOf").and_then(Value::as_array).into_iter().flatten();
        plain.chain(described.filter_map(|word| word.get("const"))).filter_map(Value::as_str).collect()
    }

    fn bound(self, which: &str, otherwise: i64) -> i64 {
        self.0.get(which).and_then(Value::as_i64).unwrap_or(otherwise)
    }
}
