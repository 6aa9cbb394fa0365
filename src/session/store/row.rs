//! The row of a session, joined with that of its user.

use diesel::QueryableByName;
use diesel::sql_types::{Array, BigInt, Bool, Jsonb, Nullable, SmallInt, Text, Timestamptz, Uuid};
use serde_json::Value;

use crate::account::{Profile, User};
use crate::base::clock::Timestamp;
use crate::base::id::{SessionId, UserId};
use crate::session::aal::Aal;
use crate::session::signed_in::{Session, SignedIn};
use crate::session::status_index::StatusIndex;

/// The columns of a `SignedInRow`, for statements that call `sessions` `s` and `users` `u`. The profile is that of the identity
/// which the session was made through, whatever other providers say of the person. Its claims are read only if the SQL
/// expression `claims_if` is true: they have up to 16 KiB.
macro_rules! signed_in_columns {
    () => {
        signed_in_columns!(claims_if "false")
    };
    (claims_if $condition:literal) => {
        concat!("s.id, s.user_id, u.disabled_at IS NOT NULL AS user_disabled, s.provider, s.client_id, s.scopes,
         s.resource, s.auth_time, s.auth_time_vouched, s.auth_time_assumed, s.aal, s.acr, s.amr, s.asked_acr, s.last_activity_at, s.not_after, s.ended_at, s.status_index,
         (SELECT subs.profile FROM subs WHERE subs.id = s.sub_id) AS profile,
         CASE WHEN ", $condition, " THEN (SELECT subs.claims FROM subs WHERE subs.id = s.sub_id) END AS claims")
    };
}
pub(crate) use signed_in_columns;

/// The columns that `signed_in_columns` selects.
#[derive(QueryableByName)]
pub struct SignedInRow {
    #[diesel(sql_type = Uuid)]
    id: SessionId,
    #[diesel(sql_type = Uuid)]
    user_id: UserId,
    #[diesel(sql_type = Bool)]
    user_disabled: bool,
    #[diesel(sql_type = Text)]
    provider: String,
    #[diesel(sql_type = Text)]
    client_id: String,
    #[diesel(sql_type = Text)]
    scopes: String,
    #[diesel(sql_type = Nullable<Text>)]
    resource: Option<String>,
    #[diesel(sql_type = Timestamptz)]
    auth_time: Timestamp,
    #[diesel(sql_type = Bool)]
    auth_time_vouched: bool,
    #[diesel(sql_type = Bool)]
    auth_time_assumed: bool,
    #[diesel(sql_type = Nullable<SmallInt>)]
    aal: Option<i16>,
    #[diesel(sql_type = Nullable<Text>)]
    acr: Option<String>,
    #[diesel(sql_type = Nullable<Array<Text>>)]
    amr: Option<Vec<String>>,
    #[diesel(sql_type = Nullable<Text>)]
    asked_acr: Option<String>,
    #[diesel(sql_type = Timestamptz)]
    last_activity_at: Timestamp,
    #[diesel(sql_type = Timestamptz)]
    not_after: Timestamp,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    ended_at: Option<Timestamp>,
    #[diesel(sql_type = BigInt)]
    status_index: i64,
    #[diesel(sql_type = Nullable<Jsonb>)]
    profile: Option<Value>,
    #[diesel(sql_type = Nullable<Jsonb>)]
    claims: Option<Value>,
}

impl From<SignedInRow> for SignedIn {
    fn from(row: SignedInRow) -> Self {
        Self {
            user: User { sub: row.user_id, profile: profile(row.profile) },
            claims: row.claims.unwrap_or_default(),
            session: Session {
                id: row.id,
                user: row.user_id,
                user_disabled: row.user_disabled,
                provider: row.provider,
                client_id: row.client_id,
                scopes: row.scopes,
                resource: row.resource,
                auth_time: row.auth_time,
                auth_time_vouched: row.auth_time_vouched,
                auth_time_assumed: row.auth_time_assumed,
                aal: row.aal.and_then(Aal::of_number),
                acr: row.acr,
                amr: row.amr,
                asked_acr: row.asked_acr,
                last_activity_at: row.last_activity_at,
                not_after: row.not_after,
                ended_at: row.ended_at,
                status_index: StatusIndex::new(row.status_index),
            },
        }
    }
}

/// The profile as stored; empty for an identity that was removed.
fn profile(stored: Option<Value>) -> Profile {
    stored.map(Profile::of_stored).unwrap_or_default()
}
