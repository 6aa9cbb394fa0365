//! Revoking tokens at the provider (RFC 7009). One attempt claims a row, asks the provider, and writes the result; no
//! database connection is held in between.

use std::time::Duration;

use chrono::TimeDelta;

use super::get::Vault;
use super::store::{self, PendingRevocation};
use super::token_set::TokenSet;
use crate::base::backoff::next_attempt;
use crate::base::clock::Timestamp;
use crate::base::db::DbError;
use crate::base::event::Event;
use crate::base::secret::{Plain, random_bytes};
use crate::upstream::{Failure, Fault, Provider, Registry, TokenTypeHint};

/// The time limit of one attempt. A repeated revocation does no harm.
const ATTEMPT_LIMIT: Duration = Duration::from_secs(210);
/// How long a claim holds: one attempt, and the time to write its result.
const CLAIM_DURATION: TimeDelta = TimeDelta::seconds(240);
/// When a revocation is abandoned, counted from when it was queued. The last attempt is made at that time.
const GIVE_UP_AFTER: TimeDelta = TimeDelta::days(2);

impl Vault {
    /// Claims up to `limit` revocations that are due.
    pub async fn claim_due_revocations(&self, limit: i64) -> Result<Vec<PendingRevocation>, DbError> {
        let now = self.clock().now();
        let claim = move |conn: &mut _| store::claim_due(conn, limit, now, now + CLAIM_DURATION);
        self.db().run("claim provider revocations", claim).await
    }

    /// Makes one attempt and writes its result.
    pub async fn revoke(&self, providers: &Registry, pending: PendingRevocation) {
        let outcome = tokio::time::timeout(ATTEMPT_LIMIT, self.revoke_all_tokens(providers, &pending)).await;
        let outcome = outcome.unwrap_or_else(|_| Err(Failure::token(Fault::Timeout, "no answer in time")));
        let now = self.clock().now();
        let written = match outcome {
            Ok(revoked) => {
                if revoked {
                    self.record(&Event::ProviderTokensRevoked { provider: pending.provider.clone() });
                }
                self.finish(pending.id).await
            }
            Err(failure) => self.reschedule(pending, &failure, now).await,
        };
        if let Err(error) = written {
            // The claim runs out, and another attempt is made.
            tracing::warn!(%error, "the result of a provider token revocation was not written");
        }
    }

    /// Revokes the refresh token, which also revokes the tokens issued for it (RFC 7009 §2.1), then the access token, because
    /// some providers do not revoke it with the refresh token. `false` if nothing can be revoked: the provider has no
    /// revocation endpoint, is no longer configured, or the tokens do not unseal. The caller then deletes the row.
    async fn revoke_all_tokens(&self, providers: &Registry, pending: &PendingRevocation) -> Result<bool, Failure> {
        let Some(provider) = providers.get(&pending.provider) else { return Ok(false) };
        let opened = TokenSet::open(self.ring(), pending.sub_id, pending.version, &pending.sealed);
        let Ok(tokens) = opened else { return Ok(false) };
        let access_token = tokens.access_token();
        let Some(refresh_token) = tokens.refresh_token() else {
            return self.revoke_token(provider, &access_token, TokenTypeHint::AccessToken).await;
        };
        let revoked = self.revoke_token(provider, &refresh_token, TokenTypeHint::RefreshToken).await?;
        if revoked {
            match self.revoke_token(provider, &access_token, TokenTypeHint::AccessToken).await {
                // The provider does not revoke access tokens, or has already revoked this one.
                Err(Failure { fault: Fault::Refused, .. }) => {}
                outcome => drop(outcome?),
            }
        }
        Ok(revoked)
    }

    async fn revoke_token(&self, provider: &Provider, token: &Plain, hint: TokenTypeHint) -> Result<bool, Failure> {
        provider.revoke(token, hint, self.clock().now()).await
    }

    async fn finish(&self, id: uuid::Uuid) -> Result<(), DbError> {
        self.db().run("settle provider revocation", move |conn| store::delete(conn, id)).await
    }

    async fn reschedule(&self, pending: PendingRevocation, failure: &Failure, now: Timestamp) -> Result<(), DbError> {
        let (provider, reason) = (pending.provider.clone(), failure.reason.clone());
        let (attempts, [jitter]) = (u32::try_from(pending.attempts).unwrap_or_default(), random_bytes::<1>());
        let next = next_attempt(attempts, now, pending.created_at + GIVE_UP_AFTER, jitter);
        let next = next.filter(|_| failure.fault != Fault::Refused);
        let Some(next) = next else {
            self.record(&Event::ProviderTokensNotRevoked { provider, reason, again: false });
            return self.finish(pending.id).await;
        };
        self.record(&Event::ProviderTokensNotRevoked { provider, reason: reason.clone(), again: true });
        let write = move |conn: &mut _| store::reschedule(conn, &pending, &reason, next);
        self.db().run("put off provider revocation", write).await
    }
}
