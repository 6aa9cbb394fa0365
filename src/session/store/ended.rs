//! A session that a statement has ended.

use diesel::QueryableByName;
use diesel::sql_types::{Bool, Nullable, Timestamptz, Uuid};

use crate::base::clock::Timestamp;
use crate::base::id::{SessionId, UserId};

/// A session that was ended by this call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, QueryableByName)]
pub struct Ended {
    /// The id of the session (`sid` of its tokens).
    #[diesel(sql_type = Uuid)]
    pub id: SessionId,
    /// The id of its user.
    #[diesel(sql_type = Uuid, column_name = user_id)]
    pub user: UserId,
    /// The sign-in that an app's session belonged to.
    #[diesel(sql_type = Nullable<Uuid>, column_name = parent_id)]
    pub parent: Option<SessionId>,
    /// Its last use as stored in the row.
    #[diesel(sql_type = Timestamptz)]
    pub last_activity_at: Timestamp,
    /// The absolute end that it would have reached.
    #[diesel(sql_type = Timestamptz)]
    pub not_after: Timestamp,
    /// Whether this ending queued logout notices.
    #[diesel(sql_type = Bool, column_name = told)]
    pub notice_queued: bool,
}
