//! The walk over identities with stored tokens, for `providers.<id>.recheck`.

use diesel::sql_types::{BigInt, Bool, Text, Timestamptz, Uuid};
use diesel::{ExpressionMethods, OptionalExtension, QueryDsl, QueryResult, QueryableByName, RunQueryDsl};

use crate::base::clock::Timestamp;
use crate::base::db::Conn;
use crate::base::id::{SubId, UserId};
use crate::base::schema::provider_tokens;
use crate::base::statement::statement;

statement! {
    struct Walk { after: uuid::Uuid => Uuid, now: Timestamp => Timestamptz, most: i64 => BigInt }
    // A range of the primary key at a time: an index on the time of the last write would cost a write at each refresh.
    "SELECT t.sub_id, s.user_id, s.provider, t.updated_at, t.refused_at IS NOT NULL AS is_refused,
            EXISTS (
                SELECT FROM sessions live
                WHERE live.sub_id = ANY (ARRAY[t.sub_id]) AND live.ended_at IS NULL AND live.not_after > {now}
            ) AS has_session
     FROM (SELECT * FROM provider_tokens WHERE sub_id > {after} ORDER BY sub_id LIMIT {most}) t
     JOIN subs s ON s.id = ANY (ARRAY[t.sub_id])
     ORDER BY t.sub_id"
}

/// An identity with stored tokens.
#[derive(QueryableByName)]
pub struct Walked {
    /// Primary key in `subs`.
    #[diesel(sql_type = Uuid)]
    pub sub_id: SubId,
    /// The user whose stored tokens these are.
    #[diesel(sql_type = Uuid)]
    pub user_id: UserId,
    /// The provider's id in the configuration.
    #[diesel(sql_type = Text)]
    pub provider: String,
    /// When the tokens were written.
    #[diesel(sql_type = Timestamptz)]
    pub updated_at: Timestamp,
    /// Whether the provider refused the refresh token.
    #[diesel(sql_type = Bool)]
    pub is_refused: bool,
    /// Whether a session was made through it that has not ended.
    #[diesel(sql_type = Bool)]
    pub has_session: bool,
}

/// Up to `most` identities after this one, in the order of their ids.
pub fn walk(conn: &mut Conn, after: uuid::Uuid, most: i64, now: Timestamp) -> QueryResult<Vec<Walked>> {
    Walk { after, now, most }.load(conn)
}

/// Whether the provider has refused the refresh token of that identity, and no login has replaced it since.
pub fn is_refused(conn: &mut Conn, identity: SubId) -> QueryResult<bool> {
    let row = provider_tokens::table.find(identity.0).select(provider_tokens::refused_at.is_not_null());
    Ok(row.first(conn).optional()?.unwrap_or(false))
}
