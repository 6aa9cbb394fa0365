//! Giving tokens back to the providers, who revoke them (RFC 7009). One attempt: claim, talk, write; no connection to the
//! database is held in between.

use chrono::TimeDelta;

use super::hand_out::Vault;
use super::kept::Kept;
use super::store::{self, Due};
use crate::base::clock::Instant;
use crate::base::db::DbError;
use crate::base::event::Event;
use crate::base::secret::Plain;
use crate::upstream::failure::{Failure, Fault};
use crate::upstream::provider::Provider;
use crate::upstream::registry::Registry;
use crate::upstream::renewal::TokenTypeHint;

/// How long a claim holds: two calls of the slowest provider, its documents, and time to write down what became of it.
const CLAIM: TimeDelta = TimeDelta::seconds(240);
/// The first pause; each one after it is three times as long.
const SHORTEST: TimeDelta = TimeDelta::seconds(5);
/// The longest pause.
const LONGEST: TimeDelta = TimeDelta::hours(6);
/// When tokens are given up that the provider does not take, counted from the end of their use.
const GIVE_UP_AFTER: TimeDelta = TimeDelta::days(2);

impl Vault {
    /// Takes as many tokens as are due, `most` at the most.
    pub async fn claim_due(&self, most: i64) -> Result<Vec<Due>, DbError> {
        let now = self.clock().now();
        self.db().run("claim provider revocations", move |conn| store::claim(conn, most, now, now + CLAIM)).await
    }

    /// Makes one attempt and writes down what became of it.
    pub async fn give_back(&self, providers: &Registry, due: Due) {
        let outcome = self.offer(providers, &due).await;
        let now = self.clock().now();
        let written = match outcome {
            Ok(taken) => {
                if taken {
                    self.record(&Event::ProviderTokensGivenBack { provider: due.provider.clone() });
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
        provider.give_back(token, hint, self.clock().now()).await
    }

    async fn settle(&self, id: uuid::Uuid) -> Result<(), DbError> {
        self.db().run("settle provider revocation", move |conn| store::given_back(conn, id)).await
    }

    async fn miss(&self, due: Due, failure: &Failure, now: Instant) -> Result<(), DbError> {
        let (provider, reason) = (due.provider.clone(), failure.reason.clone());
        let next = next_attempt(due.created_at, due.attempts, now).filter(|_| failure.fault != Fault::Refused);
        let Some(next) = next else {
            self.record(&Event::ProviderTokensNotGivenBack { provider, reason, again: false });
            return self.settle(due.id).await;
        };
        self.record(&Event::ProviderTokensNotGivenBack { provider, reason: reason.clone(), again: true });
        self.db().run("put off provider revocation", move |conn| store::put_off(conn, &due, &reason, next)).await
    }
}

/// When to try again after so many attempts that failed; `None` where the time for it is over.
fn next_attempt(created_at: Instant, attempts: i32, now: Instant) -> Option<Instant> {
    let tries = u32::try_from(attempts).unwrap_or_default();
    let factor = 3_i32.saturating_pow(tries.saturating_sub(1).min(12));
    let pause = SHORTEST.checked_mul(factor).unwrap_or(LONGEST).min(LONGEST);
    let next = now.checked_add_signed(pause)?;
    (next <= created_at.checked_add_signed(GIVE_UP_AFTER)?).then_some(next)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_and_have_an_end() {
        let created = Instant::UNIX_EPOCH;
        let (mut now, mut pauses) = (created, Vec::new());
        while let Some(next) = next_attempt(created, i32::try_from(pauses.len()).expect("few") + 1, now) {
            pauses.push((next - now).num_seconds());
            now = next;
        }
        assert_eq!(pauses[..4], [5, 15, 45, 135]);
        assert!(now <= created + GIVE_UP_AFTER && (10..20).contains(&pauses.len()), "{pauses:?}");
    }
}
