//! The text and the parameter types of a statement, for tests that prepare and explain it.

use diesel::sql_types::{
    Array, BigInt, Binary, Bool, Inet, Integer, Jsonb, Nullable, SmallInt, Text, Timestamptz, Uuid,
};

/// Implemented by `statement!` for each statement.
pub(crate) trait Explainable {
    const NAME: &'static str;
    /// As it is written, with `{field}` for a parameter.
    const TEXT: &'static str;

    /// The fields and PostgreSQL's names of their types.
    fn parameters() -> Vec<(&'static str, String)>;
}

/// PostgreSQL's name of a type of diesel's.
pub(crate) trait SqlType {
    fn name() -> String;
}

macro_rules! named {
    ($($sql_type:ty: $name:literal),+) => {
        $(impl SqlType for $sql_type {
            fn name() -> String {
                $name.into()
            }
        })+
    };
}
named!(
    BigInt: "bigint", Binary: "bytea", Bool: "boolean", Inet: "inet", Integer: "integer", Jsonb: "jsonb", Text: "text",
    SmallInt: "smallint", Timestamptz: "timestamptz", Uuid: "uuid"
);

impl<T: SqlType> SqlType for Array<T> {
    fn name() -> String {
        format!("{}[]", T::name())
    }
}

impl<T: SqlType + diesel::sql_types::SqlType> SqlType for Nullable<T> {
    fn name() -> String {
        T::name()
    }
}
