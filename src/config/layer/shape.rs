//! The rules of the JSON Schema for one key or table.

use serde_json::{Map, Value};

use super::ids::IdRule;
use crate::config::value::duration::{FROM, TO};
use crate::config::value::local::{MAY_BE_EMPTY, RULE};

/// The part of the schema that describes one key or table.
#[derive(Clone, Copy)]
pub(crate) struct Shape<'s>(&'s Value);

/// The type of a key's value.
pub(crate) enum ValueType<'s> {
    /// A table with fixed keys, for example `[server]`.
    Table(&'s Map<String, Value>),
    /// A table whose keys the operator chooses, all of this shape, for example `[providers]`.
    Named(Shape<'s>),
    /// A list whose items have this shape.
    List(Shape<'s>),
    /// A text that is one of these words.
    Choice(Vec<&'s str>),
    /// A whole number, with its least and greatest value.
    Number(i64, i64),
    /// `true` or `false`, without quotes.
    Flag,
    /// `true`, `false` or one of these words.
    FlagOr(Vec<&'s str>),
    /// A value of one of several types; validation checks which.
    Any,
    /// A text; validation checks what it says.
    Text,
}

impl<'s> Shape<'s> {
    /// The shape of the whole configuration.
    pub(crate) fn root(schema: &'s Value) -> Self {
        Self(schema)
    }

    /// The type of the value, from the schema's keywords.
    pub(crate) fn value_type(self) -> ValueType<'s> {
        if let Some(keys) = self.0.get("properties").and_then(Value::as_object) {
            return ValueType::Table(keys);
        }
        if let Some(entry) = self.0.get("additionalProperties").filter(|entry| entry.is_object()) {
            return ValueType::Named(Self(entry));
        }
        if let Some(items) = self.0.get("items") {
            return ValueType::List(Self(items));
        }
        if self.0.get("anyOf").is_some() {
            return ValueType::Any;
        }
        let words = self.words();
        let is_flag = |value: &Value| value.is_boolean();
        if self.0.get("enum").and_then(Value::as_array).is_some_and(|values| values.iter().any(is_flag)) {
            return ValueType::FlagOr(words);
        }
        if !words.is_empty() {
            return ValueType::Choice(words);
        }
        match self.0.get("type").and_then(Value::as_str) {
            Some("integer") => ValueType::Number(self.bound("minimum", i64::MIN), self.bound("maximum", i64::MAX)),
            Some("boolean") => ValueType::Flag,
            _ => ValueType::Text,
        }
    }

    /// The shape of a key of this table, or of the tables in this list; `None` if there is no such key.
    pub(crate) fn child(self, key: &str) -> Option<Self> {
        match self.value_type() {
            ValueType::List(item) if matches!(item.value_type(), ValueType::Table(_)) => item.child(key),
            ValueType::Table(keys) => keys.get(key).map(Self),
            ValueType::Named(entry) => Some(entry),
            _ => None,
        }
    }

    /// Whether the value is a secret (`writeOnly`), which is never shown.
    pub(crate) fn is_secret(self) -> bool {
        self.0.get("writeOnly") == Some(&Value::Bool(true))
    }

    /// Whether the value is a duration: a text with the pattern of one.
    pub(crate) fn is_duration(self) -> bool {
        self.0.get("pattern").and_then(Value::as_str).is_some_and(|pattern| pattern.contains("ms|s"))
    }

    /// The name of the local rule for the value, if it has one.
    pub(crate) fn rule(self) -> Option<&'s str> {
        self.0.get(RULE).and_then(Value::as_str)
    }

    /// Whether a value with a local rule may be empty.
    pub(crate) fn may_be_empty(self) -> bool {
        self.0.get(MAY_BE_EMPTY) == Some(&Value::Bool(true))
    }

    /// The shape of the items of a list.
    pub(crate) fn item(self) -> Option<Self> {
        self.0.get("items").map(Self)
    }

    /// The least and the greatest value of a duration, as they would be written.
    pub(crate) fn duration_bounds(self) -> (&'s str, &'s str) {
        let bound = |keyword: &str| self.0.get(keyword).and_then(Value::as_str).unwrap_or_default();
        (bound(FROM), bound(TO))
    }

    /// The rule for the ids in this table, if the operator chooses its keys.
    pub(crate) fn id_rule(self) -> Option<&'static IdRule> {
        self.0.get("propertyNames")?.get("pattern")?.as_str().and_then(IdRule::of_pattern)
    }

    /// The doc comment of the key, on one line.
    pub(crate) fn description(self) -> String {
        let text = self.0.get("description").and_then(Value::as_str).unwrap_or_default();
        text.split_whitespace().collect::<Vec<_>>().join(" ")
    }

    /// The default, as an example in messages; `None` if it is empty or not a text.
    pub(crate) fn example(self) -> Option<&'s str> {
        self.0.get("default").and_then(Value::as_str).filter(|default| !default.is_empty())
    }

    /// The words of an enumeration: `enum`, or a `const` in each branch of `oneOf` if the words have descriptions.
    fn words(self) -> Vec<&'s str> {
        let plain = self.0.get("enum").and_then(Value::as_array).into_iter().flatten();
        let described = self.0.get("oneOf").and_then(Value::as_array).into_iter().flatten();
        plain.chain(described.filter_map(|word| word.get("const"))).filter_map(Value::as_str).collect()
    }

    fn bound(self, keyword: &str, default: i64) -> i64 {
        self.0.get(keyword).and_then(Value::as_i64).unwrap_or(default)
    }
}
