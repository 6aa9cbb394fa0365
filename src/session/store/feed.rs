//! Reads and writes the revocation feed.

use diesel::connection::{CacheSize, Connection};
use diesel::sql_types::{BigInt, Nullable, Text, Timestamptz};
use diesel::{QueryResult, QueryableByName, RunQueryDsl};

use crate::base::clock::Timestamp;
use crate::base::db::Conn;
use crate::base::id::SessionId;
use crate::base::statement::statement;
use crate::session::revocation_cache::{Revocation, Revoked};
use crate::session::status_index::StatusIndex;

/// A position in the feed: every transaction with a lower id has ended, and its entries were read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Bound(i64);

/// The result of one read of the feed.
pub struct Look {
    /// Entries from the position on. Some may have been read before.
    pub revocations: Vec<Revocation>,
    /// The position of the next read.
    pub bound: Bound,
    /// The highest status index of all sessions.
    pub newest: StatusIndex,
    /// The time of the read, by the database's clock.
    pub read_at: Timestamp,
}

statement! {
    struct Read { since: i64 => BigInt, now: Timestamp => Timestamptz }
    // Position and rows come from one snapshot, so no entry is missed between two reads. The end of an entry is a time of
    // the database's clock; a replica whose clock is behind it accepts tokens for longer.
    "SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint AS bound, newest.last_value AS newest,
            statement_timestamp() AS read_at, r.kind, r.value, r.status_index, r.created_at, r.expires_at
     FROM sessions_status_index_seq AS newest
     LEFT JOIN revocations r ON r.xid >= {since}::bigint::text::xid8
         AND (r.expires_at > least({now}, statement_timestamp())) IS TRUE"
}

#[derive(QueryableByName)]
struct FeedRow {
    #[diesel(sql_type = BigInt)]
    bound: i64,
    #[diesel(sql_type = BigInt)]
    newest: i64,
    #[diesel(sql_type = Timestamptz)]
    read_at: Timestamp,
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

/// Reads on from a position; from the default one, all entries that have not expired.
///
/// A position goes back only if another server answers on this connection, one that lost its last transactions in a
/// failover and uses their ids again. The position then has no meaning, and the whole feed is read.
pub fn read_feed(conn: &mut Conn, since: Bound, now: Timestamp) -> QueryResult<Look> {
    if since == Bound::default() {
        return read_all(conn, now);
    }
    let look = read(conn, since, now)?;
    if look.bound.0 >= since.0 {
        return Ok(look);
    }
    tracing::warn!("the revocation feed went back, as after a failover; reading all of it");
    read_all(conn, now)
}

/// Reads every entry that has not expired. It is read once on a connection, so the statement is not prepared: that would be
/// a second round trip of the start.
fn read_all(conn: &mut Conn, now: Timestamp) -> QueryResult<Look> {
    conn.set_prepared_statement_cache_size(CacheSize::Disabled);
    let look = read(conn, Bound::default(), now);
    conn.set_prepared_statement_cache_size(CacheSize::Unbounded);
    look
}

fn read(conn: &mut Conn, since: Bound, now: Timestamp) -> QueryResult<Look> {
    let rows: Vec<FeedRow> = Read { since: since.0, now }.load(conn)?;
    let first = rows.first();
    Ok(Look {
        bound: first.map_or(since, |row| Bound(row.bound)),
        newest: StatusIndex::new(first.map_or(0, |row| row.newest)),
        read_at: first.map_or(now, |row| row.read_at),
        revocations: rows.into_iter().filter_map(revocation).collect(),
    })
}

/// `None` for the row of an empty feed, and for entries of a kind that this version does not know.
fn revocation(row: FeedRow) -> Option<Revocation> {
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
