//! The revocation feed in SQL.

use diesel::sql_types::{BigInt, Nullable, Text, Timestamptz};
use diesel::{QueryResult, QueryableByName, RunQueryDsl};

use crate::base::clock::Timestamp;
use crate::base::db::Conn;
use crate::base::id::SessionId;
use crate::base::statement::statement;
use crate::session::status_index::StatusIndex;
use crate::session::watch::{Revocation, Revoked};

/// Up to where the feed was read: every transaction with a lower id has ended, and what it wrote was seen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Bound(i64);

/// What one look at the feed showed.
pub struct Look {
    /// What may be new. Some of it may have been there before.
    pub revocations: Vec<Revocation>,
    /// Where to read on.
    pub bound: Bound,
    /// The newest index that a session has.
    pub newest: StatusIndex,
}

statement! {
    struct Read { since: i64 => BigInt, now: Timestamp => Timestamptz }
    // The bound and the rows are of one snapshot, so nothing falls between them.
    "SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint AS bound, newest.last_value AS newest,
            r.kind, r.value, r.status_index, r.created_at, r.expires_at
     FROM sessions_status_index_seq AS newest
     LEFT JOIN revocations r ON r.xid >= {since}::bigint::text::xid8 AND (r.expires_at > {now}) IS TRUE"
}

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = BigInt)]
    bound: i64,
    #[diesel(sql_type = BigInt)]
    newest: i64,
    #[diesel(sql_type = Nullable<Text>)]
    kind: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    value: Option<String>,
    #[diesel(sql_type = Nullable<BigInt>)]
    status_index: Option<i64>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    created_at: Option<Timestamp>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    expires_at: Option<Timestamp>,
}

/// Reads on from a bound; from the default one, everything that has not expired.
///
/// A bound never goes back, unless behind this connection another server answers now, one that lost its last
/// transactions in a failover and gives their ids away again. Then what was read up to the bound says nothing, and
/// everything is read.
pub fn read_feed(conn: &mut Conn, since: Bound, now: Timestamp) -> QueryResult<Look> {
    let look = read(conn, since, now)?;
    if look.bound.0 >= since.0 {
        return Ok(look);
    }
    tracing::warn!("the revocation feed went back, as after a failover; reading all of it");
    read(conn, Bound::default(), now)
}

fn read(conn: &mut Conn, since: Bound, now: Timestamp) -> QueryResult<Look> {
    let rows: Vec<Row> = Read { since: since.0, now }.load(conn)?;
    let first = rows.first();
    Ok(Look {
        bound: first.map_or(since, |row| Bound(row.bound)),
        newest: StatusIndex::new(first.map_or(0, |row| row.newest)),
        revocations: rows.into_iter().filter_map(revocation).collect(),
    })
}

/// `None` for the row of a feed without any, and for what this version does not know.
fn revocation(row: Row) -> Option<Revocation> {
    let (created_at, expires_at) = (row.created_at?, row.expires_at?);
    let value = row.value?.parse().ok();
    let what = match (row.kind?.as_str(), value) {
        ("session", Some(id)) => Revoked::Session { id: SessionId(id), index: row.status_index.map(StatusIndex::new) },
        ("jti", Some(jti)) => Revoked::Jti(jti),
        (kind, _) => {
            tracing::warn!(kind, "a row of the revocation feed is not understood");
            return None;
        }
    };
    Some(Revocation { what, created_at, expires_at })
}
