//! Reading and writing `provider_metadata`: the last valid documents of each provider.

use diesel::sql_types::{self, Jsonb, Timestamptz};
use diesel::{OptionalExtension, QueryResult, QueryableByName, RunQueryDsl};
use serde_json::Value;

use crate::base::clock::Timestamp;
use crate::base::db::Conn;
use crate::base::schema::provider_metadata;
use crate::base::statement::statement;

/// The kind of a document; the column `kind`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DocumentKind {
    /// The metadata (OpenID Connect Discovery 1.0 §3).
    Discovery,
    /// The key set (RFC 7517).
    Jwks,
}

impl DocumentKind {
    /// The value in the table and in logs.
    pub fn name(self) -> &'static str {
        match self {
            Self::Discovery => "discovery",
            Self::Jwks => "jwks",
        }
    }
}

/// A document with its source and time.
pub struct Document {
    /// The provider's id in the configuration.
    pub provider: String,
    /// Metadata or key set.
    pub kind: DocumentKind,
    /// The URL from which it was fetched.
    pub source: String,
    /// The JSON document, as received.
    pub content: Value,
    /// The time of the request.
    pub fetched_at: Timestamp,
}

statement! {
    /// Stores a document, unless another replica stored a newer one.
    struct Save<'a> {
        provider: &'a str => sql_types::Text,
        kind: &'a str => sql_types::Text,
        source: &'a str => sql_types::Text,
        document: &'a Value => Jsonb,
        fetched_at: Timestamp => Timestamptz,
    }
    "INSERT INTO provider_metadata AS kept (provider, kind, source, document, fetched_at) \
     VALUES ({provider}, {kind}, {source}, {document}, {fetched_at}) \
     ON CONFLICT (provider, kind) DO UPDATE \
     SET source = EXCLUDED.source, document = EXCLUDED.document, fetched_at = EXCLUDED.fetched_at \
     WHERE kept.fetched_at < EXCLUDED.fetched_at OR kept.source <> EXCLUDED.source"
}

statement! {
    /// The stored document, if it was fetched from the same URL. After a change of the URL it is not valid any more.
    struct Load<'a> {
        provider: &'a str => sql_types::Text,
        kind: &'a str => sql_types::Text,
        source: &'a str => sql_types::Text,
    }
    "SELECT document, fetched_at FROM provider_metadata \
     WHERE provider = {provider} AND kind = {kind} AND source = {source}"
}

#[derive(QueryableByName)]
#[diesel(table_name = provider_metadata)]
struct DocumentRow {
    document: Value,
    fetched_at: Timestamp,
}

/// Stores a document, unless a newer one from the same URL is stored.
pub fn save(conn: &mut Conn, document: &Document) -> QueryResult<()> {
    let Document { provider, kind, source, content, fetched_at } = document;
    Save { provider, kind: kind.name(), source, document: content, fetched_at: *fetched_at }.execute(conn).map(drop)
}

/// The stored document and the time of its request.
pub fn load(
    conn: &mut Conn,
    provider: &str,
    kind: DocumentKind,
    source: &str,
) -> QueryResult<Option<(Value, Timestamp)>> {
    let row = Load { provider, kind: kind.name(), source }.get_result::<DocumentRow>(conn).optional()?;
    Ok(row.map(|row| (row.document, row.fetched_at)))
}
