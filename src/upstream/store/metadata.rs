//! `provider_metadata`: the last known good documents of providers.

use diesel::sql_types::{self, Jsonb, Timestamptz};
use diesel::{OptionalExtension, QueryResult, QueryableByName, RunQueryDsl};
use serde_json::Value;

use crate::base::clock::Timestamp;
use crate::base::db::Conn;
use crate::base::statement::statement;

/// Which document it is; the value of `kind`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The discovery document.
    Discovery,
    /// The key set.
    Jwks,
}

impl Kind {
    /// Its name in the table and in logs.
    pub fn name(self) -> &'static str {
        match self {
            Self::Discovery => "discovery",
            Self::Jwks => "jwks",
        }
    }
}

/// A document and where and when it was had.
pub struct Document {
    /// The provider's id.
    pub provider: String,
    /// Which it is.
    pub kind: Kind,
    /// The URL it came from.
    pub source: String,
    /// What it says.
    pub content: Value,
    /// When it was fetched.
    pub fetched_at: Timestamp,
}

statement! {
    /// Keeps a document, unless another replica kept a newer one.
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
    /// A document that was kept; from that very URL, since another one makes it worthless.
    struct Load<'a> {
        provider: &'a str => sql_types::Text,
        kind: &'a str => sql_types::Text,
        source: &'a str => sql_types::Text,
    }
    "SELECT document, fetched_at FROM provider_metadata \
     WHERE provider = {provider} AND kind = {kind} AND source = {source}"
}

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = Jsonb)]
    document: Value,
    #[diesel(sql_type = Timestamptz)]
    fetched_at: Timestamp,
}

/// Keeps a document.
pub fn save(conn: &mut Conn, document: &Document) -> QueryResult<()> {
    let Document { provider, kind, source, content, fetched_at } = document;
    Save { provider, kind: kind.name(), source, document: content, fetched_at: *fetched_at }.execute(conn).map(drop)
}

/// The document that was kept, if any, and when it was fetched.
pub fn load(conn: &mut Conn, provider: &str, kind: Kind, source: &str) -> QueryResult<Option<(Value, Timestamp)>> {
    let row = Load { provider, kind: kind.name(), source }.get_result::<Row>(conn).optional()?;
    Ok(row.map(|row| (row.document, row.fetched_at)))
}
