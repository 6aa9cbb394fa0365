//! Having the providers revoke tokens that nobody needs any more (RFC 7009). One attempt: claim, talk, write; no
//! connection to the database is held in between.

use std::time::Duration;

use chrono::TimeDelta;

use super::hand_out::Vault;
use super::kept::Kept;
use super::store::{self, Due};
use crate::base::clock::Timestamp;
use crate::base::db::DbError;
use crate::base::event::{AtProvider, Event};
use crate::base::patience::next_attempt;
use crate::base::secret::{Plain, random_bytes};
use crate::upstream::Provider;
use crate::upstream::Registry;
use crate::upstream::TokenTypeHint;
use crate::upstream::{Failure, Fault};

/// When an attempt is broken off, whatever its calls do: it does no harm to revoke what is revoked.
const ATTEMPT: Duration = Duration::from_secs(210);
/// How long a claim holds: an attempt, and time to write down what became of it.
const CLAIM: TimeDelta = TimeDelta::seconds(240);
/// When tokens are given up that the provider does not take, counted from the end of their use. The last attempt is made then.
const GIVE_UP_AFTER: TimeDelta = TimeDelta::days(2);

impl Vault {
    /// Takes as many tokens as are due, `most` at the most.
    pub async fn claim_due(&self, most: i64) -> Result<Vec<Due>, DbError> {
        let now = self.clock().now();
        self.db().run("claim provider revocations", move |conn| store::claim(conn, most, now, now + CLAIM)).await
    }

    /// Makes one attempt and writes down what became of it.
    pub async fn revoke(&self, providers: &Registry, due: Due) {
        let outcome = tokio::time::timeout(ATTEMPT, self.offer(providers, &due)).await;
        let outcome = outcome.unwrap_or_else(|_| Err(Failure::token(Fault::Timeout, "no answer in time")));
        let now = self.clock().now();
        let written = match outcome {
            Ok(taken) => {
                if taken {
                    self.record(&Event::AtProvider { provider: due.provider.clone(), what: AtProvider::TokensRevoked });
                }
                self.settle(due.id).await
            }
            Err(failure) => self.miss(due, &failure, now).await,
        };
        if let Err(error) = written {
            // The claim runs out, and it is tried again: to revoke what is revoked does no harm.
            tracing::warn!(%error, "what became of a provider's token was not written down");
        }
    }

    /// Offers the refresh token, which takes everything along that came of it (RFC 7009 §2.1), and the access token, which
    /// some providers revoke by itself only. `false` where nobody takes them: the provider has no such endpoint, is not
    /// configured any more, or the seal does not open.
    async fn offer(&self, providers: &Registry, due: &Due) -> Result<bool, Failure> {
        let Some(provider) = providers.get(&due.provider) else { return Ok(false) };
        let Ok(kept) = Kept::open(self.ring(), due.sub_id, due.version, &due.sealed) else { return Ok(false) };
        let access_token = kept.access_token();
        let Some(refresh_token) = kept.refresh_token() else {
            return self.hand(provider, &access_token, TokenTypeHint::AccessToken).await;
        };
        let taken = self.hand(provider, &refresh_token, TokenTypeHint::RefreshToken).await?;
        if taken {
            match self.hand(provider, &access_token, TokenTypeHint::AccessToken).await {
                // It does not know that kind, or not this one any more.
                Err(Failure { fault: Fault::Refused, .. }) => {}
                outcome => drop(outcome?),
            }
        }
        Ok(taken)
    }

    async fn hand(&self, provider: &Provider, token: &Plain, hint: TokenTypeHint) -> Result<bool, Failure> {
        provider.revoke(token, hint, self.clock().now()).await
    }

    async fn settle(&self, id: uuid::Uuid) -> Result<(), DbError> {
        self.db().run("settle provider revocation", move |conn| store::revoked(conn, id)).await
    }

    async fn miss(&self, due: Due, failure: &Failure, now: Timestamp) -> Result<(), DbError> {
        let (provider, reason) = (due.provider.clone(), failure.reason.clone());
        let (attempts, [chance]) = (u32::try_from(due.attempts).unwrap_or_default(), random_bytes::<1>());
        let next = next_attempt(attempts, now, due.created_at + GIVE_UP_AFTER, chance);
        let next = next.filter(|_| failure.fault != Fault::Refused);
        let Some(next) = next else {
            let what = AtProvider::TokensNotRevoked { reason, again: false };
            self.record(&Event::AtProvider { provider, what });
            return self.settle(due.id).await;
        };
        let what = AtProvider::TokensNotRevoked { reason: reason.clone(), again: true };
        self.record(&Event::AtProvider { provider, what });
        self.db().run("put off provider revocation", move |conn| store::put_off(conn, &due, &reason, next)).await
    }
}
