//! Rows as they are read and put in place.

use diesel::sql_types::{Binary, Nullable, Text, Timestamptz, Uuid};
use diesel::{OptionalExtension, QueryResult, QueryableByName, RunQueryDsl};

use crate::base::clock::Timestamp;
use crate::base::db::Conn;
use crate::base::id::{SessionId, SubId, UserId};
use crate::base::seal::Ring;
use crate::base::statement::statement;
use crate::vault::kept::{Kept, Version};

/// An identity, with the tokens that are kept of it.
#[derive(QueryableByName)]
pub struct Row {
    /// The identity.
    #[diesel(sql_type = Uuid)]
    pub sub_id: SubId,
    /// Who it is at the provider.
    #[diesel(sql_type = Text)]
    pub sub: String,
    /// Which writing it is; none where no row is there.
    #[diesel(sql_type = Nullable<Uuid>)]
    pub version: Option<Version>,
    /// The tokens; none where only a login helps.
    #[diesel(sql_type = Nullable<Binary>)]
    pub sealed: Option<Vec<u8>>,
    /// The end of the access token.
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub expires_at: Option<Timestamp>,
    /// When they were written.
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub updated_at: Option<Timestamp>,
    /// Who refreshes them.
    #[diesel(sql_type = Nullable<Uuid>)]
    pub lease_holder: Option<uuid::Uuid>,
    /// How long, or how long nobody does.
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub lease_until: Option<Timestamp>,
}

/// Whose tokens are wanted.
#[derive(Clone, Copy, Debug)]
pub struct Whose {
    /// The person.
    pub user: UserId,
    /// The session that asks. Of several identities at the provider the one counts that it was made through, else one
    /// whose tokens are there, else the one that was used last.
    pub session: SessionId,
}

macro_rules! rows {
    ($which:literal) => {
        concat!(
            "SELECT s.id AS sub_id, s.sub, t.version, t.sealed, t.expires_at, t.updated_at, t.lease_holder, t.lease_until
             FROM subs s LEFT JOIN provider_tokens t ON t.sub_id = s.id WHERE ",
            $which
        )
    };
}

statement! {
    struct Find<'a> { provider: &'a str => Text, user: UserId => Uuid, session: SessionId => Uuid }
    rows!(
        "s.user_id = {user} AND s.provider = {provider}
         ORDER BY s.id = (SELECT sub_id FROM sessions WHERE id = {session}) DESC NULLS LAST,
                  t.sealed IS NOT NULL DESC, s.last_login_at DESC, s.id
         LIMIT 1"
    )
}

statement! {
    struct Read { of: SubId => Uuid }
    rows!("s.id = {of}")
}

/// The person's identity at that provider.
pub fn find(conn: &mut Conn, provider: &str, whose: Whose) -> QueryResult<Option<Row>> {
    Find { provider, user: whose.user, session: whose.session }.get_result(conn).optional()
}

/// That identity.
pub fn read(conn: &mut Conn, of: SubId) -> QueryResult<Option<Row>> {
    Read { of }.get_result(conn).optional()
}

/// What stood in a row.
#[derive(QueryableByName)]
pub struct Before {
    /// Which writing it was.
    #[diesel(sql_type = Uuid)]
    pub version: Version,
    /// The tokens.
    #[diesel(sql_type = Nullable<Binary>)]
    pub sealed: Option<Vec<u8>>,
}

impl Before {
    /// The tokens, where there are any that open: what does not is of no use, and is replaced.
    pub fn open(&self, ring: &Ring, of: SubId) -> Option<Kept> {
        Kept::open(ring, of, self.version, self.sealed.as_deref()?).ok()
    }
}

statement! {
    struct Hold { of: SubId => Uuid }
    "SELECT version, sealed FROM provider_tokens WHERE sub_id = {of} FOR NO KEY UPDATE"
}

/// What stands in a row, which nobody else writes until the transaction ends.
pub fn hold(conn: &mut Conn, of: SubId) -> QueryResult<Option<Before>> {
    Hold { of }.get_result(conn).optional()
}

statement! {
    /// Tokens for a row, whether it is there or not.
    pub struct Put<'a> {
        of: SubId => Uuid,
        version: Version => Uuid,
        sealed: &'a [u8] => Binary,
        expires_at: Option<Timestamp> => Nullable<Timestamptz>,
        seen: Option<Version> => Nullable<Uuid>,
        now: Timestamp => Timestamptz,
    }
    // Whoever refreshes the tokens before finds another version, and writes nothing.
    "INSERT INTO provider_tokens AS kept (sub_id, version, sealed, expires_at, created_at, updated_at)
     VALUES ({of}, {version}, {sealed}, {expires_at}, {now}, {now})
     ON CONFLICT (sub_id) DO UPDATE
     SET version = {version}, sealed = {sealed}, expires_at = {expires_at}, updated_at = {now},
         lease_holder = NULL, lease_until = NULL, reauth_required_at = NULL
     WHERE {seen}::uuid IS NULL OR kept.version = {seen}"
}

/// Puts tokens in place. `false` where another version stands there than was seen; then nothing is written.
pub fn put(conn: &mut Conn, put: Put<'_>) -> QueryResult<bool> {
    Ok(put.execute(conn)? == 1)
}
