//! Forms in which values are written: a text that may be empty, and pairs in a table.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::marker::PhantomData;

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::de::{Deserialize, Deserializer};

/// For `#[serde(with = "GivenText")]`: an empty text is `None`.
pub(crate) struct GivenText;

impl GivenText {
    /// Reads a text that may be empty.
    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
        Ok(Some(String::deserialize(deserializer)?).filter(|text| !text.is_empty()))
    }
}

impl JsonSchema for GivenText {
    fn schema_name() -> Cow<'static, str> {
        String::schema_name()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        String::json_schema(generator)
    }
}

/// For `#[serde(with = "Pairs::<T>")]`: a table `name = value`, in the order of the names.
pub(crate) struct Pairs<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Pairs<T> {
    /// Reads a table as pairs, in the order of the keys.
    pub(crate) fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Vec<(String, T)>, D::Error> {
        Ok(BTreeMap::deserialize(deserializer)?.into_iter().collect())
    }
}

impl<T: JsonSchema> JsonSchema for Pairs<T> {
    fn schema_name() -> Cow<'static, str> {
        BTreeMap::<String, T>::schema_name()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        BTreeMap::<String, T>::json_schema(generator)
    }
}
