//! Every column that is sealed and stays for longer than a login takes.

use diesel::sql_types::{BigInt, Binary, Nullable, Text};
use diesel::{QueryResult, QueryableByName, RunQueryDsl, sql_query};

use crate::base::db::Conn;

/// A sealed column.
#[derive(Clone, Copy)]
pub struct Place {
    /// What it is called in front of people.
    pub name: &'static str,
    select: &'static str,
    update: &'static str,
}

/// A sealed value.
#[derive(QueryableByName)]
pub struct Sealed {
    /// The row's key, as text.
    #[diesel(sql_type = Text)]
    pub key: String,
    /// What the seal is bound to.
    #[diesel(sql_type = Text)]
    pub about: String,
    /// What is sealed.
    #[diesel(sql_type = Binary)]
    pub value: Vec<u8>,
}

macro_rules! place {
    ($name:literal, $table:literal, $column:literal, $key:literal $type:literal, $about:literal) => {
        Place {
            name: $name,
            // A seal begins with a byte of its version and four that name the key.
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

/// All of them. What belongs to a login under way is over before a key can leave the ring.
pub const PLACES: [Place; 4] = [
    place!("signing keys", "signing_keys", "private_key", "kid" "text",
        "'signing_keys:' || kid || CASE state WHEN 'gone' THEN ':public_key' ELSE ':private_key' END"),
    place!("logout hints", "sessions", "upstream_id_token", "id" "uuid", "'sessions:' || id || ':upstream_id_token'"),
    place!("providers' tokens", "provider_tokens", "sealed", "sub_id" "uuid",
        "'provider_tokens:' || sub_id || ':' || version"),
    place!("tokens to be revoked", "provider_revocations", "sealed", "id" "uuid",
        "'provider_tokens:' || sub_id || ':' || version"),
];

/// The values behind `after`, `most` at the most, that another key than this one sealed.
pub fn older(conn: &mut Conn, place: Place, key_id: &[u8], after: Option<&str>, most: i64) -> QueryResult<Vec<Sealed>> {
    let query = sql_query(place.select).bind::<Binary, _>(key_id).bind::<Nullable<Text>, _>(after);
    query.bind::<BigInt, _>(most).load(conn)
}

/// Puts a seal in the place of another, unless something else stands there by now. Whether it did.
pub fn replace(conn: &mut Conn, place: Place, old: &Sealed, new: &[u8]) -> QueryResult<bool> {
    let query = sql_query(place.update).bind::<Binary, _>(new).bind::<Text, _>(&old.key);
    Ok(query.bind::<Binary, _>(&old.value).execute(conn)? == 1)
}
