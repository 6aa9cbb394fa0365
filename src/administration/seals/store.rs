//! The sealed columns whose rows outlive a login.

use diesel::sql_types::{BigInt, Binary, Nullable, Text};
use diesel::{QueryResult, QueryableByName, RunQueryDsl, sql_query};

use crate::base::db::{Conn, with_every_plan};

/// A sealed column, with the statements that read and replace its values.
#[derive(Clone, Copy)]
pub struct SealedColumn {
    /// The name for people.
    pub name: &'static str,
    select: &'static str,
    update: &'static str,
}

/// A sealed value of a row.
#[derive(QueryableByName)]
pub struct Sealed {
    /// The row's primary key, as text.
    #[diesel(sql_type = Text)]
    pub key: String,
    /// The associated data of the seal.
    #[diesel(sql_type = Text)]
    pub about: String,
    /// The sealed bytes, as the column has them.
    #[diesel(sql_type = Binary)]
    pub value: Vec<u8>,
}

macro_rules! sealed_column {
    ($name:literal, $table:literal, $column:literal, $key:literal $type:literal, $about:literal) => {
        SealedColumn {
            name: $name,
            // A sealed value begins with one byte of version and four bytes of key id.
            select: concat!(
                "SELECT ",
                $key,
                "::text AS key, ",
                $about,
                " AS about, ",
                $column,
                " AS value FROM ",
                $table,
                " WHERE length(",
                $column,
                ") > 5 AND substring(",
                $column,
                " FROM 2 FOR 4) <> $1 AND ($2 IS NULL OR ",
                $key,
                " > $2::",
                $type,
                ") ORDER BY ",
                $key,
                " LIMIT $3"
            ),
            update: concat!(
                "UPDATE ",
                $table,
                " SET ",
                $column,
                " = $1 WHERE ",
                $key,
                " = $2::",
                $type,
                " AND ",
                $column,
                " = $3"
            ),
        }
    };
}

/// All of them. The sealed values of a login in progress expire before a key can leave the ring.
pub const SEALED_COLUMNS: [SealedColumn; 4] = [
    sealed_column!("signing keys", "signing_keys", "private_key", "kid" "text",
        "'signing_keys:' || kid || CASE state WHEN 'gone' THEN ':public_key' ELSE ':private_key' END"),
    sealed_column!("logout hints", "sessions", "upstream_id_token", "id" "uuid", "'sessions:' || id || ':upstream_id_token'"),
    sealed_column!("providers' tokens", "provider_tokens", "sealed", "sub_id" "uuid",
        "'provider_tokens:' || sub_id || ':' || version"),
    sealed_column!("tokens to be revoked", "provider_revocations", "sealed", "id" "uuid",
        "'provider_tokens:' || sub_id || ':' || version"),
];

/// At most `most` values after the row `after` that were sealed under another key than `key_id`.
pub fn sealed_under_other_keys(
    conn: &mut Conn,
    column: SealedColumn,
    key_id: &[u8],
    after: Option<&str>,
    most: i64,
) -> QueryResult<Vec<Sealed>> {
    let query = sql_query(column.select).bind::<Binary, _>(key_id).bind::<Nullable<Text>, _>(after);
    // A plan for any value of `after` would read all rows up to it.
    with_every_plan(conn, |conn| query.bind::<BigInt, _>(most).load(conn))
}

/// Replaces a sealed value, unless it has changed since it was read. Returns whether it was replaced.
pub fn replace(conn: &mut Conn, column: SealedColumn, old: &Sealed, new: &[u8]) -> QueryResult<bool> {
    let query = sql_query(column.update).bind::<Binary, _>(new).bind::<Text, _>(&old.key);
    Ok(query.bind::<Binary, _>(&old.value).execute(conn)? == 1)
}
