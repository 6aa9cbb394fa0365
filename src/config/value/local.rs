//! Values whose rule is local: their own text decides whether they are valid. They parse themselves when the
//! configuration is deserialized; `layer/local.rs` has reported and replaced the invalid ones before that.

use std::borrow::Cow;
use std::fmt::Display;
use std::marker::PhantomData;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{Deserialize, Deserializer, Error};

/// The keyword of the schema with the name of a local rule. The published schema does not have it.
pub(crate) const RULE: &str = "x-rule";
/// The keyword for a value that may be empty. The published schema does not have it.
pub(crate) const MAY_BE_EMPTY: &str = "x-may-be-empty";

/// A value with a local rule.
pub(crate) trait Local: Sized {
    /// The name of the rule, in [`RULE`].
    const NAME: &'static str;
    /// Whether a message may quote the text: it cannot hold a secret.
    const IS_QUOTED: bool = true;
    /// Why a text is invalid: a phrase that follows the text.
    type Bad: Display;

    /// Parses a text. An empty one is parsed only if the key is required.
    fn read(text: &str) -> Result<Self, Self::Bad>;

    /// The text to write instead of an invalid one.
    fn remedy(bad: &Self::Bad) -> Cow<'static, str>;
}

/// Reads a value of this type in a deserializer. The error does not have the text.
pub(crate) fn read<'de, T: Local, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
    read_text(&String::deserialize(deserializer)?)
}

fn read_text<T: Local, E: Error>(text: &str) -> Result<T, E> {
    T::read(text).map_err(|bad| E::custom(bad.to_string()))
}

/// The schema of a value of this type.
pub(crate) fn schema<T: Local>() -> Schema {
    json_schema!({ "type": "string", RULE: T::NAME })
}

/// Implements `JsonSchema` for a type with a local rule.
macro_rules! has_local_rule {
    ($type:ty) => {
        impl schemars::JsonSchema for $type {
            fn schema_name() -> std::borrow::Cow<'static, str> {
                <Self as $crate::config::value::local::Local>::NAME.into()
            }

            fn inline_schema() -> bool {
                true
            }

            fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
                $crate::config::value::local::schema::<Self>()
            }
        }
    };
}
pub(crate) use has_local_rule;

/// Implements `Deserialize` and `JsonSchema` for a type with a local rule.
macro_rules! parses_itself {
    ($type:ty) => {
        impl<'de> serde::Deserialize<'de> for $type {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                $crate::config::value::local::read(deserializer)
            }
        }

        $crate::config::value::local::has_local_rule!($type);
    };
}
pub(crate) use parses_itself;

/// For `#[serde(with = "Given::<T>")]`: an empty text is `None`.
pub(crate) struct Given<T>(PhantomData<T>);

impl<T: Local> Given<T> {
    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<T>, D::Error> {
        let text = String::deserialize(deserializer)?;
        if text.is_empty() { Ok(None) } else { read_text(&text).map(Some) }
    }
}

impl<T: Local> JsonSchema for Given<T> {
    fn schema_name() -> Cow<'static, str> {
        T::NAME.into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let mut schema = schema::<T>();
        schema.insert(MAY_BE_EMPTY.to_owned(), true.into());
        schema
    }
}

/// For `#[serde(with = "Parsed::<T>")]`: a value of a type of another crate.
pub(crate) struct Parsed<T>(PhantomData<T>);

impl<T: Local> Parsed<T> {
    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
        read(deserializer)
    }
}

impl<T: Local> JsonSchema for Parsed<T> {
    fn schema_name() -> Cow<'static, str> {
        T::NAME.into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        schema::<T>()
    }
}

/// For `#[serde(with = "ParsedList::<T>")]`: a list of values that parse themselves.
pub(crate) struct ParsedList<T>(PhantomData<T>);

impl<T: Local> ParsedList<T> {
    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<T>, D::Error> {
        Vec::<String>::deserialize(deserializer)?.iter().map(|text| read_text(text)).collect()
    }
}

impl<T: Local> JsonSchema for ParsedList<T> {
    fn schema_name() -> Cow<'static, str> {
        format!("{}_list", T::NAME).into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "array", "items": schema::<T>() })
    }
}
