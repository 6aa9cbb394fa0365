//! Saving the tokens that a provider issued at a login or at a link.

use std::sync::Arc;

use chrono::TimeDelta;

use super::get::Vault;
use super::store::{self, PreviousTokens, Upsert};
use super::token_set::TokenSet;
use crate::base::clock::Timestamp;
use crate::base::db::{Conn, QueryResult};
use crate::base::id::{SubId, uuid_v7};
use crate::base::seal::Ring;
use crate::upstream::{Provider, ProviderTokens};

/// Tokens to save. They are sealed for a row whose id is known only after the identity is written.
pub struct NewTokens {
    ring: Arc<Ring>,
    tokens: TokenSet,
    expires_at: Option<Timestamp>,
}

impl Vault {
    /// The tokens to save of a provider's response; `None` unless the provider has `store_tokens`.
    pub fn new_tokens(&self, provider: &Provider, tokens: &ProviderTokens, now: Timestamp) -> Option<NewTokens> {
        let registration = provider.registration();
        registration.store_tokens.then(|| NewTokens {
            ring: Arc::clone(self.ring()),
            tokens: TokenSet::of_login(registration, tokens),
            expires_at: expires_at(tokens.expires_in, now),
        })
    }
}

impl NewTokens {
    /// Whether the previous token set has to be read, because the new one has no refresh token.
    pub fn needs_previous(&self) -> bool {
        !self.tokens.has_refresh_token()
    }
}

/// The expiry of an access token with a lifetime of `expires_in` seconds; `None` if it is out of range.
pub fn expires_at(expires_in: Option<u64>, now: Timestamp) -> Option<Timestamp> {
    let lifetime = TimeDelta::try_seconds(i64::try_from(expires_in?).ok()?)?;
    now.checked_add_signed(lifetime)
}

/// Replaces the tokens of an identity. If the provider issued no refresh token this time, the previous one is kept.
/// One statement, or two.
///
/// Call it last in the transaction of a link: a session end locks sessions before tokens, and this keeps the same order.
pub fn save(conn: &mut Conn, new: &NewTokens, sub_id: SubId, now: Timestamp) -> QueryResult<()> {
    let previous = if new.needs_previous() { store::lock(conn, sub_id)? } else { None };
    save_over(conn, new, sub_id, previous, now)
}

/// Like [`save`], for a login that has already read the previous tokens. One statement; two more after a concurrent
/// write.
pub fn save_over(
    conn: &mut Conn,
    new: &NewTokens,
    sub_id: SubId,
    previous: Option<PreviousTokens>,
    now: Timestamp,
) -> QueryResult<()> {
    let mut previous = previous;
    loop {
        let mut tokens = new.tokens.clone();
        let expected = previous.as_ref().filter(|_| new.needs_previous()).map(|previous| previous.version);
        if let Some(old) = previous.as_ref().and_then(|previous| previous.open(&new.ring, sub_id)) {
            tokens.keep_refresh_token_of(old);
        }
        let version = uuid_v7(now);
        let sealed = tokens.seal(&new.ring, sub_id, version);
        if store::upsert(conn, Upsert { sub_id, version, sealed: &sealed, expires_at: new.expires_at, expected, now })?
        {
            return Ok(());
        }
        // A refresh wrote another version meanwhile. The row is locked now, so the next attempt succeeds.
        previous = store::lock(conn, sub_id)?;
    }
}
