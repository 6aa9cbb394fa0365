//! Values whose rule is local: their own text decides whether they are valid. They parse themselves where the configuration is
//! deserialized; `layer/local.rs` has reported and replaced the invalid ones before that.

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
    /// What to write instead of an invalid text.
    const REMEDY: &'static str;
    /// Why a text is invalid: a phrase that follows the text.
    type Bad: Display;

    /// Parses a text that is not empty.
    fn read(text: &str) -> Result<Self, Self::Bad>;
}

/// Reads a value of this type in a deserializer. The error does not have the text.
pub(crate) fn read<'de, T: Local, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
    T::read(&String::deserialize(deserializer)?).map_err(|bad| D::Error::custom(bad.to_string()))
}

/// The schema of a value of this type.
pub(crate) fn schema<T: Local>() -> Schema {
    json_schema!({ "type": "string", RULE: T::NAME })
}

/// Implements `Deserialize` and `JsonSchema` for types with a local rule.
macro_rules! parses_itself {
    ($type:ty) => {
        impl<'de> serde::Deserialize<'de> for $type {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                $crate::config::value::local::read(deserializer)
            }
        }

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
pub(crate) use parses_itself;

/// For `#[serde(with = "Given::<T>")]`: an empty text is `None`.
pub(crate) struct Given<T>(PhantomData<T>);

impl<T: Local> Given<T> {
    /// Reads the value.
    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<T>, D::Error> {
        let text = String::deserialize(deserializer)?;
        let read = |text: &str| T::read(text).map_err(|bad| D::Error::custom(bad.to_string()));
        if text.is_empty() { Ok(None) } else { read(&text).map(Some) }
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
