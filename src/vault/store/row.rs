//! Reading and writing rows of `provider_tokens`.

use diesel::sql_types::{Binary, Bool, Nullable, Text, Timestamptz, Uuid};
use diesel::{OptionalExtension, QueryResult, QueryableByName, RunQueryDsl};

use crate::base::clock::Timestamp;
use crate::base::db::Conn;
use crate::base::id::{SessionId, SubId, UserId};
use crate::base::schema::provider_tokens;
use crate::base::seal::Ring;
use crate::base::statement::statement;
use crate::vault::token_set::{TokenSet, Version};

/// An identity with its tokens, if it has any.
#[derive(QueryableByName)]
pub struct ProviderTokenRow {
    /// Primary key in `subs`.
    #[diesel(sql_type = Uuid)]
    pub sub_id: SubId,
    /// The subject identifier at the provider.
    #[diesel(sql_type = Text)]
    pub sub: String,
    /// The version of the row; `None` without a row.
    #[diesel(sql_type = Nullable<Uuid>)]
    pub version: Option<Version>,
    /// The sealed token set; `None` if the user has to log in again.
    #[diesel(sql_type = Nullable<Binary>)]
    pub sealed: Option<Vec<u8>>,
    /// The expiry of the access token, if known.
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub expires_at: Option<Timestamp>,
    /// When this version was written.
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub updated_at: Option<Timestamp>,
    /// The random id of the attempt that holds the lease.
    #[diesel(sql_type = Nullable<Uuid>)]
    pub lease_holder: Option<uuid::Uuid>,
    /// The end of the lease; without a holder, the end of the back-off.
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub lease_until: Option<Timestamp>,
    /// Whether the session was made through this identity, or linked it itself; for an app's session also whether the sign-in
    /// above it did.
    #[diesel(sql_type = Bool)]
    pub is_own: bool,
}

/// The user and the session for which tokens are read.
#[derive(Clone, Copy, Debug)]
pub struct TokenOwner {
    /// The owner of the identity.
    pub user: UserId,
    /// The session of the request. If the user has several identities at the provider, the order of preference is: the
    /// identity of this session, one that it linked, an identity with stored tokens, the identity with the latest login.
    pub session: SessionId,
}

macro_rules! select_rows {
    (is_own $is_own:literal, $rest:literal) => {
        concat!(
            "SELECT s.id AS sub_id, s.sub, t.version, t.sealed, t.expires_at, t.updated_at, t.lease_holder, t.lease_until,
                    ",
            $is_own,
            " AS is_own
             FROM subs s LEFT JOIN provider_tokens t ON t.sub_id = ANY (ARRAY[s.id]) ",
            $rest
        )
    };
}

statement! {
    struct FindForUser<'a> { provider: &'a str => Text, user: UserId => Uuid, session: SessionId => Uuid }
    // An app's session has the identities that the sign-in above it linked.
    select_rows!(
        is_own "coalesce(s.id = ANY (own.ids), false)",
        "CROSS JOIN (
             SELECT o.sub_id, o.linked_sub_ids || p.linked_sub_ids || o.sub_id AS ids
             FROM sessions o LEFT JOIN sessions p ON p.id = ANY (ARRAY[o.parent_id]) WHERE o.id = {session}
         ) own
         WHERE s.user_id = {user} AND (s.provider = {provider}) IS TRUE
         ORDER BY s.id = own.sub_id DESC NULLS LAST, is_own DESC, t.sealed IS NOT NULL DESC, s.last_login_at DESC, s.id
         LIMIT 1"
    )
}

statement! {
    struct ReadBySub { sub_id: SubId => Uuid }
    select_rows!(is_own "true", "WHERE s.id = {sub_id}")
}

/// The user's identity at that provider; `None` if the user has none.
pub fn find(conn: &mut Conn, provider: &str, owner: TokenOwner) -> QueryResult<Option<ProviderTokenRow>> {
    FindForUser { provider, user: owner.user, session: owner.session }.get_result(conn).optional()
}

/// One identity by its primary key in `subs`.
pub fn read(conn: &mut Conn, sub_id: SubId) -> QueryResult<Option<ProviderTokenRow>> {
    ReadBySub { sub_id }.get_result(conn).optional()
}

/// The tokens that a login replaces.
#[derive(QueryableByName)]
#[diesel(table_name = provider_tokens)]
pub struct PreviousTokens {
    /// The version of the row.
    pub version: Version,
    /// The sealed token set; `None` if the user had to log in again.
    pub sealed: Option<Vec<u8>>,
}

impl PreviousTokens {
    /// The unsealed token set. `None` if it does not unseal; it is replaced then.
    pub fn open(&self, ring: &Ring, sub_id: SubId) -> Option<TokenSet> {
        TokenSet::open(ring, sub_id, self.version, self.sealed.as_deref()?).ok()
    }
}

statement! {
    struct LockRow { sub_id: SubId => Uuid }
    "SELECT version, sealed FROM provider_tokens WHERE sub_id = {sub_id} FOR NO KEY UPDATE"
}

/// Reads and locks a row until the transaction ends.
pub fn lock(conn: &mut Conn, sub_id: SubId) -> QueryResult<Option<PreviousTokens>> {
    LockRow { sub_id }.get_result(conn).optional()
}

statement! {
    /// Inserts or replaces the tokens of an identity. With `expected`, it replaces that version only.
    pub struct Upsert<'a> {
        sub_id: SubId => Uuid,
        version: Version => Uuid,
        sealed: &'a [u8] => Binary,
        expires_at: Option<Timestamp> => Nullable<Timestamptz>,
        expected: Option<Version> => Nullable<Uuid>,
        now: Timestamp => Timestamptz,
    }
    // A concurrent refresh of the previous tokens finds another version and writes nothing.
    "INSERT INTO provider_tokens AS kept (sub_id, version, sealed, expires_at, created_at, updated_at)
     VALUES ({sub_id}, {version}, {sealed}, {expires_at}, {now}, {now})
     ON CONFLICT (sub_id) DO UPDATE
     SET version = {version}, sealed = {sealed}, expires_at = {expires_at}, updated_at = {now},
         lease_holder = NULL, lease_until = NULL, reauth_required_at = NULL, unanswered_at = NULL, refused_at = NULL
     WHERE {expected}::uuid IS NULL OR kept.version = {expected}"
}

/// Writes the tokens. `false`, and nothing is written, if the row has another version than `expected`.
pub fn upsert(conn: &mut Conn, upsert: Upsert<'_>) -> QueryResult<bool> {
    Ok(upsert.execute(conn)? == 1)
}
