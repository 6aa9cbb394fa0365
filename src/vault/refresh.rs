//! Refreshing tokens: by one replica at a time, with no database connection held during the request to the provider.
//!
//! A lease in the row names the replica that asks the provider, and its end. Each write is conditional on the version that
//! was read, so a late holder of a lease writes nothing. New tokens are written before they are handed out: a provider
//! that rotates refresh tokens treats a second use of the previous one as theft.

use std::time::{Duration, Instant};

use chrono::TimeDelta;
use serde_json::json;
use uuid::Uuid;

use super::freshness::TokenFreshness;
use super::get::Vault;
use super::save::expires_at;
use super::store::{self, Refreshed};
use super::stored::{LeaseState, ProviderAccessToken, ProviderTokenError, StoredTokens};
use super::token_set::{TokenSet, Version};
use crate::base::clock::Timestamp;
use crate::base::db::DbError;
use crate::base::event::Event;
use crate::base::id::{SubId, uuid_v7};
use crate::upstream::{Failure, Fault, GrantState, Provider, ProviderTokens, RefreshRequest, max_refresh_duration};

/// Interval between reads of the row while another replica holds the lease.
const POLL_INTERVAL: Duration = Duration::from_millis(100);
/// How long a caller with an expired token waits for another replica, in addition to the provider's timeout.
const EXTRA_WAIT: Duration = Duration::from_secs(2);
/// How long a caller waits for another replica while the stored token is still valid.
const WAIT_WHILE_VALID: Duration = Duration::from_secs(1);
/// The time allowed for writing the lease. It counts from before the write; a caller that exceeds it sends no request.
const LEASE_WRITE_LIMIT: Duration = Duration::from_secs(10);
/// How long a lease lasts beyond the end of the attempt, so that the result can be written.
const RESULT_WRITE_TIME: Duration = Duration::from_secs(20);
/// How long no attempt is made after a failed one.
const BACK_OFF: TimeDelta = TimeDelta::seconds(5);
/// Pauses between attempts to write the result, in milliseconds.
const WRITE_RETRY_PAUSES: [u64; 6] = [100, 250, 500, 1000, 2000, 4000];

type Outcome = Result<ProviderAccessToken, ProviderTokenError>;

impl Vault {
    /// Refreshes the tokens of an identity that are due, or waits for another replica to do so. `expired`: whether there is
    /// no valid token to hand out meanwhile.
    pub(super) async fn refresh(&self, provider: &Provider, sub_id: SubId, expired: bool) -> Outcome {
        let wait = if expired { provider.registration().timeout + EXTRA_WAIT } else { WAIT_WHILE_VALID };
        let lock = self.refresh_lock(sub_id);
        let outcome = match tokio::time::timeout(wait, lock.lock()).await {
            Ok(_guard) => self.refresh_locked(provider, sub_id, Instant::now() + wait).await,
            Err(_) => self.read_unexpired(sub_id, Fault::Timeout).await,
        };
        self.release_refresh_lock(sub_id, lock);
        outcome
    }

    /// The caller holds the identity's refresh lock in this process.
    async fn refresh_locked(&self, provider: &Provider, sub_id: SubId, deadline: Instant) -> Outcome {
        loop {
            let now = self.clock().now();
            let stored = self.read(sub_id, now).await?;
            let freshness = stored.freshness(now);
            if freshness == TokenFreshness::Fresh {
                return Ok(stored.access_token());
            }
            if !stored.tokens.has_refresh_token() {
                return self.without_refresh_token(provider, stored, freshness, now).await;
            }
            match stored.lease {
                LeaseState::Free => {
                    let (holder, begun) = (uuid_v7(now), Instant::now());
                    if self.take_lease(provider, &stored, holder, now).await? {
                        if begun.elapsed() > LEASE_WRITE_LIMIT {
                            let late = Failure::token(Fault::Unavailable, "the lease took too long to write");
                            return self.back_off(provider, stored, holder, late).await;
                        }
                        return self.request(provider, stored, holder, now).await;
                    }
                }
                LeaseState::BackingOff => return stored.unexpired(now, Fault::Unavailable),
                LeaseState::Taken if Instant::now() >= deadline => return stored.unexpired(now, Fault::Timeout),
                LeaseState::Taken => tokio::time::sleep(POLL_INTERVAL).await,
            }
        }
    }

    /// Refreshes tokens that were written before this time, whether they are due or not. Another attempt that is in progress
    /// does the same.
    pub(super) async fn refresh_older(&self, provider: &Provider, sub_id: SubId, before: Timestamp) {
        let lock = self.refresh_lock(sub_id);
        if let Ok(_guard) = lock.try_lock() {
            let _recorded = self.refresh_older_locked(provider, sub_id, before).await;
        }
        self.release_refresh_lock(sub_id, lock);
    }

    async fn refresh_older_locked(
        &self,
        provider: &Provider,
        sub_id: SubId,
        before: Timestamp,
    ) -> Result<(), ProviderTokenError> {
        let (now, begun) = (self.clock().now(), Instant::now());
        let stored = self.read(sub_id, now).await?;
        let is_due = stored.updated_at <= before && stored.tokens.has_refresh_token();
        let holder = uuid_v7(now);
        if !is_due || stored.lease != LeaseState::Free || !self.take_lease(provider, &stored, holder, now).await? {
            return Ok(());
        }
        if begun.elapsed() > LEASE_WRITE_LIMIT {
            let late = Failure::token(Fault::Unavailable, "the lease took too long to write");
            return self.back_off(provider, stored, holder, late).await.map(drop);
        }
        self.request(provider, stored, holder, now).await.map(drop)
    }

    async fn read(&self, sub_id: SubId, now: Timestamp) -> Result<StoredTokens, ProviderTokenError> {
        let row = self.db().run("read provider tokens", move |conn| store::read(conn, sub_id)).await?;
        StoredTokens::open(self.ring(), row.ok_or(ProviderTokenError::NotLinked)?, now)
    }

    async fn read_unexpired(&self, sub_id: SubId, fault: Fault) -> Outcome {
        let now = self.clock().now();
        self.read(sub_id, now).await?.unexpired(now, fault)
    }

    /// A valid token is handed out until it expires; after that the user has to log in again.
    async fn without_refresh_token(
        &self,
        provider: &Provider,
        stored: StoredTokens,
        freshness: TokenFreshness,
        now: Timestamp,
    ) -> Outcome {
        if freshness != TokenFreshness::Expired {
            return Ok(stored.access_token());
        }
        let reason = "the access token has expired, and there is no refresh token";
        self.require_reauth(provider, &stored, reason, false, now).await
    }

    /// The lease outlasts the attempt, which [`Vault::request`] limits; otherwise two replicas could send one refresh token.
    async fn take_lease(
        &self,
        provider: &Provider,
        stored: &StoredTokens,
        holder: Uuid,
        now: Timestamp,
    ) -> Result<bool, DbError> {
        let (sub_id, version) = (stored.sub_id, stored.version);
        let until = now + LEASE_WRITE_LIMIT + max_refresh_duration(provider.registration()) + RESULT_WRITE_TIME;
        let lease = move |conn: &mut _| store::take_lease(conn, sub_id, version, holder, until, now);
        self.db().run("lease provider tokens", lease).await
    }

    async fn request(&self, provider: &Provider, stored: StoredTokens, holder: Uuid, now: Timestamp) -> Outcome {
        let Some(refresh_token) = stored.tokens.refresh_token() else {
            return Err(ProviderTokenError::ReauthRequired);
        };
        let request = RefreshRequest {
            refresh_token: &refresh_token,
            sub: &stored.sub,
            previous_id_token: stored.tokens.id_token(),
        };
        let limit = max_refresh_duration(provider.registration());
        let attempt = tokio::time::timeout(limit, provider.refresh(&request, now)).await;
        match attempt.unwrap_or_else(|_| Err(Failure::token(Fault::Timeout, "no answer in time"))) {
            Ok(tokens) => {
                self.recheck_pauses().answered(provider.id());
                self.write(provider, stored, &tokens).await
            }
            // The tokens are needed to ask again: the refusal may be a mistake in the configuration of either side, or an address
            // that is not served now, and says nothing about the user.
            Err(failure) if failure.grant == GrantState::Unspent && provider.registration().recheck.is_some() => {
                self.back_off(provider, stored, holder, failure).await
            }
            Err(failure) if failure.requires_reauth => {
                self.recheck_pauses().answered(provider.id());
                let ends_sessions = failure.grant == GrantState::Invalid && provider.registration().recheck.is_some();
                self.require_reauth(provider, &stored, &failure.reason, ends_sessions, self.clock().now()).await
            }
            Err(failure) => self.back_off(provider, stored, holder, failure).await,
        }
    }

    /// Writes the new tokens, then hands them out.
    async fn write(&self, provider: &Provider, stored: StoredTokens, tokens: &ProviderTokens) -> Outcome {
        let now = self.clock().now();
        let new = NewVersion {
            version: uuid_v7(now),
            tokens: stored.tokens.refreshed(tokens),
            expires_at: expires_at(tokens.expires_in, now),
        };
        if self.replace(stored.sub_id, stored.version, &new, now).await? {
            self.record(&Event::ProviderTokenRefreshed { provider: provider.id().to_owned() });
            return Ok(ProviderAccessToken::of(&new.tokens, now, new.expires_at));
        }
        self.after_concurrent_write(provider, &stored, new, now).await
    }

    /// Replaces the version that was read. Retries when the write fails, because the provider does not issue the same
    /// tokens again. `false` if the row has another version.
    async fn replace(
        &self,
        sub_id: SubId,
        expected: Version,
        new: &NewVersion,
        now: Timestamp,
    ) -> Result<bool, DbError> {
        let (version, expires_at) = (new.version, new.expires_at);
        let sealed = new.tokens.seal(self.ring(), sub_id, version);
        let mut pauses = WRITE_RETRY_PAUSES.into_iter();
        loop {
            let sealed = sealed.clone();
            let write = move |conn: &mut _| {
                store::replace(conn, Refreshed { sub_id, expected, version, sealed: &sealed, expires_at, now })
            };
            match (self.db().run("write provider tokens", write).await, pauses.next()) {
                (Err(_), Some(pause)) => tokio::time::sleep(Duration::from_millis(pause)).await,
                (outcome, _) => return outcome,
            }
        }
    }

    /// A login, or another replica after this lease ran out, has written the row since. Its tokens are handed out.
    async fn after_concurrent_write(
        &self,
        provider: &Provider,
        stored: &StoredTokens,
        new: NewVersion,
        now: Timestamp,
    ) -> Outcome {
        let (sub_id, id, version) = (stored.sub_id, provider.id().to_owned(), new.version);
        let sealed = new.tokens.seal(self.ring(), sub_id, version);
        let read = self.db().run("look for provider tokens", move |conn| {
            let row = store::read(conn, sub_id)?.filter(|row| row.version.is_some());
            if row.is_none() {
                // The user logged out meanwhile: the new tokens are queued for revocation.
                store::queue_revocation(conn, &id, sub_id, version, &sealed, now)?;
            }
            Ok(row)
        });
        let row = read.await?.ok_or(ProviderTokenError::ReauthRequired)?;
        let current = StoredTokens::open(self.ring(), row, now)?;
        if current.tokens.has_spent_refresh_token(&stored.tokens, &new.tokens) {
            // A login without a refresh token kept the one that is now spent. A write that happens after this one is
            // right as well, so the outcome is not checked.
            let tokens = current.tokens.with_refresh_token_of(&new.tokens);
            let repaired = NewVersion { version: uuid_v7(now), tokens, expires_at: current.expires_at };
            self.replace(sub_id, current.version, &repaired, now).await?;
        }
        current.unexpired(now, Fault::Timeout)
    }

    /// `ends_sessions`: whether the sessions of the identity end too.
    async fn require_reauth(
        &self,
        provider: &Provider,
        stored: &StoredTokens,
        reason: &str,
        ends_sessions: bool,
        now: Timestamp,
    ) -> Outcome {
        let (sub_id, expected) = (stored.sub_id, stored.version);
        let detail = json!({ "identity": sub_id, "reason": reason });
        let mark = move |conn: &mut _| store::require_reauth(conn, sub_id, expected, &detail, ends_sessions, now);
        if !self.db().run("end provider link", mark).await? {
            // Another replica used the refresh token first, or the user has logged in since.
            return self.read_unexpired(sub_id, Fault::Unavailable).await;
        }
        let (provider, reason) = (provider.id().to_owned(), reason.to_owned());
        self.record(&Event::ProviderLinkBroken { provider, identity: sub_id, reason });
        Err(ProviderTokenError::ReauthRequired)
    }

    /// The provider gave no usable response: the tokens stay, and the next attempt waits for the back-off.
    async fn back_off(&self, provider: &Provider, stored: StoredTokens, holder: Uuid, failure: Failure) -> Outcome {
        let now = self.clock().now();
        let (sub_id, until) = (stored.sub_id, now + BACK_OFF);
        // If this write fails, the lease runs out by itself.
        // The provider may have issued new tokens that did not arrive.
        let unanswered = failure.grant == GrantState::Unknown;
        self.recheck_pauses().failed(provider.id(), now);
        let release = move |conn: &mut _| store::release_lease(conn, sub_id, holder, until, unanswered);
        let _logged = self.db().run("put off refresh", release).await;
        let (provider, reason) = (provider.id().to_owned(), failure.reason);
        self.record(&Event::ProviderTokenNotRefreshed { provider, identity: sub_id, reason });
        stored.unexpired(now, failure.fault)
    }
}

/// The tokens to write, as a new version of the row.
struct NewVersion {
    version: Version,
    tokens: TokenSet,
    expires_at: Option<Timestamp>,
}
