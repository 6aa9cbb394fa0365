//! Keeping what a login or a linking gave.

use std::sync::Arc;

use chrono::TimeDelta;

use super::hand_out::Vault;
use super::kept::Kept;
use super::store::{self, Before, Put};
use crate::base::clock::Timestamp;
use crate::base::db::{Conn, QueryResult};
use crate::base::id::{SubId, uuid_v7};
use crate::base::seal::Ring;
use crate::upstream::Provider;
use crate::upstream::ProviderTokens;

/// Tokens that are to be kept, whose identity here is known only once it is written.
pub struct Keeping {
    ring: Arc<Ring>,
    kept: Kept,
    expires_at: Option<Timestamp>,
}

impl Vault {
    /// What of a provider's answer is to be kept: nothing, unless the provider has `store_tokens`.
    pub fn keeping(&self, provider: &Provider, tokens: &ProviderTokens, now: Timestamp) -> Option<Keeping> {
        let registration = provider.registration();
        registration.store_tokens.then(|| Keeping {
            ring: Arc::clone(self.ring()),
            kept: Kept::of_login(registration, tokens),
            expires_at: end(tokens.expires_in, now),
        })
    }
}

impl Keeping {
    /// Whether a refresh token from before is to be looked for.
    pub fn wants_before(&self) -> bool {
        !self.kept.can_be_renewed()
    }
}

/// When an access token ends that lives so many seconds from now; none where that is further than can be told.
pub fn end(expires_in: Option<u64>, now: Timestamp) -> Option<Timestamp> {
    let life = TimeDelta::try_seconds(i64::try_from(expires_in?).ok()?)?;
    now.checked_add_signed(life)
}

/// Keeps the tokens of an identity, in the place of those that were there, with the refresh token from before where the
/// provider gave none this time. To be called last in the transaction of a linking, so that there is never one without
/// the other, and that locks are taken in the order in which endings take them. One statement, or two.
pub fn keep(conn: &mut Conn, keeping: &Keeping, of: SubId, now: Timestamp) -> QueryResult<()> {
    let before = if keeping.wants_before() { store::hold(conn, of)? } else { None };
    keep_over(conn, keeping, of, before, now)
}

/// The same for a login, which has looked already what stood there. One statement; two more where somebody wrote in the
/// same moment.
pub fn keep_over(
    conn: &mut Conn,
    keeping: &Keeping,
    of: SubId,
    before: Option<Before>,
    now: Timestamp,
) -> QueryResult<()> {
    let mut before = before;
    loop {
        let mut kept = keeping.kept.clone();
        let seen = before.as_ref().filter(|_| keeping.wants_before()).map(|before| before.version);
        if let Some(old) = before.as_ref().and_then(|before| before.open(&keeping.ring, of)) {
            kept.take_over(old);
        }
        let version = uuid_v7(now);
        let sealed = kept.seal(&keeping.ring, of, version);
        let put = Put { of, version, sealed: &sealed, expires_at: keeping.expires_at, seen, now };
        if store::put(conn, put)? {
            return Ok(());
        }
        // A refresh was written since it was seen. Now the row is held, so that the next try is the last.
        before = store::hold(conn, of)?;
    }
}
