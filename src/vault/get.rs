//! The vault, and reading an access token from it.

use std::sync::Arc;

use dashmap::DashMap;
use tokio::sync::Mutex;
use tracing::Instrument;

use super::freshness::TokenFreshness;
use super::recheck_pause::RecheckPauses;
use super::store::{self, TokenOwner};
use super::stored::{ProviderAccessToken, ProviderTokenError, StoredTokens};
use crate::base::clock::{Clock, Timestamp};
use crate::base::db::{Db, DbError};
use crate::base::event::Event;
use crate::base::id::SubId;
use crate::base::seal::Ring;
use crate::upstream::Provider;

/// The vault. Clones are cheap and share one state.
#[derive(Clone)]
pub struct Vault(Arc<Inner>);

struct Inner {
    db: Db,
    ring: Arc<Ring>,
    clock: Clock,
    record: fn(&Event),
    /// One lock for each identity that is being refreshed in this process, so that a single task polls the database for it.
    refresh_locks: DashMap<SubId, Arc<Mutex<()>>>,
    recheck_pauses: RecheckPauses,
}

impl Vault {
    /// Creates a vault. `record` receives its events.
    pub fn new(db: &Db, ring: &Arc<Ring>, clock: &Clock, record: fn(&Event)) -> Self {
        let (db, ring, clock) = (db.clone(), Arc::clone(ring), clock.clone());
        let (refresh_locks, recheck_pauses) = (DashMap::new(), RecheckPauses::default());
        Self(Arc::new(Inner { db, ring, clock, record, refresh_locks, recheck_pauses }))
    }

    /// The user's access token at that provider, refreshed first when that is due. Only for a session that was made through
    /// that identity or linked it itself, unless the provider has `tokens_for_linked`. One database round trip when it is
    /// fresh.
    pub async fn get(
        &self,
        provider: &Provider,
        owner: TokenOwner,
        now: Timestamp,
    ) -> Result<ProviderAccessToken, ProviderTokenError> {
        if !provider.registration().store_tokens {
            return Err(ProviderTokenError::NotStored);
        }
        let id = provider.id().to_owned();
        let row = self.db().run("find provider tokens", move |conn| store::find(conn, &id, owner)).await?;
        let row = row.ok_or(ProviderTokenError::NotLinked)?;
        if !row.is_own && !provider.registration().tokens_for_linked {
            // A sign-in through one identity does not open the accounts of the others.
            return Err(ProviderTokenError::ReauthRequired);
        }
        let stored = StoredTokens::open(self.ring(), row, now)?;
        match stored.freshness(now) {
            TokenFreshness::Fresh => Ok(stored.access_token()),
            freshness => self.refresh_in_task(provider, stored.sub_id, freshness == TokenFreshness::Expired).await,
        }
    }

    /// Refreshes in a separate task: when the caller is cancelled, the provider's response must still be stored.
    async fn refresh_in_task(
        &self,
        provider: &Provider,
        sub_id: SubId,
        expired: bool,
    ) -> Result<ProviderAccessToken, ProviderTokenError> {
        let (vault, provider) = (self.clone(), provider.clone());
        let task = tokio::spawn(async move { vault.refresh(&provider, sub_id, expired).await }.in_current_span());
        task.await.unwrap_or_else(|_| Err(DbError::Failed("the refresh broke off".into()).into()))
    }

    pub(super) fn db(&self) -> &Db {
        &self.0.db
    }

    pub(super) fn ring(&self) -> &Arc<Ring> {
        &self.0.ring
    }

    pub(super) fn record(&self, event: &Event) {
        (self.0.record)(event);
    }

    pub(super) fn recheck_pauses(&self) -> &RecheckPauses {
        &self.0.recheck_pauses
    }

    pub(super) fn clock(&self) -> &Clock {
        &self.0.clock
    }

    /// The refresh lock of an identity. The caller returns it with [`Vault::release_refresh_lock`].
    pub(super) fn refresh_lock(&self, sub_id: SubId) -> Arc<Mutex<()>> {
        Arc::clone(&self.0.refresh_locks.entry(sub_id).or_default())
    }

    /// Removes the refresh lock of an identity from the map, unless another task waits for it.
    pub(super) fn release_refresh_lock(&self, sub_id: SubId, lock: Arc<Mutex<()>>) {
        drop(lock);
        self.0.refresh_locks.remove_if(&sub_id, |_, lock| Arc::strong_count(lock) == 1);
    }
}
