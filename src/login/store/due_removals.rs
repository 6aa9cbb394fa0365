//! The identities whose removal is due, for the cleanup.

use diesel::sql_types::{BigInt, Timestamptz, Uuid};
use diesel::{QueryResult, QueryableByName, RunQueryDsl};

use super::unlink::{UnlinkRequest, identities_for};
use crate::account;
use crate::base::clock::Timestamp;
use crate::base::db::Conn;
use crate::base::id::{SubId, UserId};
use crate::base::statement::statement;
use crate::session::{self, Ended};

statement! {
    struct Due { after: Timestamp => Timestamptz, id: SubId => Uuid, most: i64 => BigInt, now: Timestamp => Timestamptz }
    "SELECT id, user_id, unlink_at FROM subs
     WHERE unlink_at <= {now} AND (unlink_at, id) > ({after}, {id})
     ORDER BY unlink_at, id LIMIT {most}"
}

/// An identity whose removal is due.
#[derive(QueryableByName)]
pub struct DueRow {
    #[diesel(sql_type = Uuid)]
    pub id: SubId,
    #[diesel(sql_type = Uuid)]
    pub user_id: UserId,
    #[diesel(sql_type = Timestamptz)]
    pub unlink_at: Timestamp,
}

/// Up to `most` identities whose removal is due, in that order, behind the one with the time and id `after`.
pub fn due_removals(
    conn: &mut Conn,
    (after, id): (Timestamp, SubId),
    most: i64,
    now: Timestamp,
) -> QueryResult<Vec<DueRow>> {
    Due { after, id, most, now }.load(conn)
}

/// Ends up to `most` sessions of an identity that is to be removed now. None if none is left, if the removal was
/// cancelled, or if the identity is the user's last one. To be called in a transaction.
pub fn end_some_before_removal(conn: &mut Conn, request: &UnlinkRequest, most: i64) -> QueryResult<Vec<Ended>> {
    let UnlinkRequest { user, id, ref ending, now, .. } = *request;
    account::lock(conn, user)?;
    let identities = identities_for(conn, user, None)?;
    let is_due = identities.iter().any(|identity| identity.id == id && identity.unlink_at.is_some_and(|at| at <= now));
    if !is_due || identities.len() == 1 {
        return Ok(Vec::new());
    }
    session::end_some_of_identity(conn, user, id, most, ending)
}
