//! Getting new tokens: one replica at a time, with nothing held while the provider is asked.
//!
//! A lease in the row says who asks, and until when it is left alone. Each writing is held against the version that was
//! seen, so whoever comes late writes nothing. What the provider gave is written before anybody gets it: a provider that
//! rotates refresh tokens takes the one before for stolen.

use std::time::{Duration, Instant};

use chrono::TimeDelta;
use serde_json::json;
use uuid::Uuid;

use super::hand_out::{Held, Lease, LiveToken, NoToken, Vault, live};
use super::keep::end;
use super::kept::{Kept, Version};
use super::standing::Standing;
use super::store::{self, Renewed};
use crate::base::clock::Timestamp;
use crate::base::db::DbError;
use crate::base::event::{AtProvider, Event};
use crate::base::id::{SubId, uuid_v7};
use crate::upstream::Provider;
use crate::upstream::ProviderTokens;
use crate::upstream::{Failure, Fault};
use crate::upstream::{Renewal, longest_renewal};

/// How often the row is looked at while another replica asks the provider.
const LOOK_EVERY: Duration = Duration::from_millis(100);
/// How much longer than the provider may take others wait for the one who asks it.
const PATIENCE: Duration = Duration::from_secs(2);
/// How long they wait where the old token is still good.
const A_MOMENT: Duration = Duration::from_secs(1);
/// How long it may take to write the lease down. It is counted from before, so whoever took longer does not ask.
const TO_LEASE: Duration = Duration::from_secs(10);
/// How long a lease is beyond the end of an attempt: time to write down what came.
const TO_WRITE: Duration = Duration::from_secs(20);
/// How long nobody asks after an attempt that failed.
const PAUSE: TimeDelta = TimeDelta::seconds(5);
/// The pauses between attempts to write down what came, in milliseconds.
const WRITE_AGAIN: [u64; 6] = [100, 250, 500, 1000, 2000, 4000];

impl Vault {
    /// The tokens of an identity, which were found to be due: refreshed by this replica, or by another one meanwhile.
    /// `over`: whether there is nothing else to be handed out.
    pub(super) async fn renewed(&self, provider: &Provider, of: SubId, over: bool) -> Result<LiveToken, NoToken> {
        let patience = if over { provider.registration().timeout + PATIENCE } else { A_MOMENT };
        let flight = self.flight(of);
        let outcome = match tokio::time::timeout(patience, flight.lock()).await {
            Ok(_alone) => self.renewed_alone(provider, of, Instant::now() + patience).await,
            Err(_) => self.what_is_there(of, Fault::Timeout).await,
        };
        self.land(of, flight);
        outcome
    }

    /// The only one of this process.
    async fn renewed_alone(&self, provider: &Provider, of: SubId, until: Instant) -> Result<LiveToken, NoToken> {
        loop {
            let now = self.clock().now();
            let held = self.read(of, now).await?;
            let standing = held.standing(now);
            if standing == Standing::Good {
                return Ok(held.live());
            }
            if !held.kept.can_be_renewed() {
                return self.without_refresh_token(provider, held, standing, now).await;
            }
            match held.lease {
                Lease::Free => {
                    let (holder, begun) = (uuid_v7(now), Instant::now());
                    if self.lease(provider, &held, holder, now).await? {
                        if begun.elapsed() > TO_LEASE {
                            let late = Failure::token(Fault::Unavailable, "the lease took too long to write");
                            return self.put_off(provider, held, holder, late).await;
                        }
                        return self.ask(provider, held, holder, now).await;
                    }
                }
                Lease::Paused => return usable(&held, now, Fault::Unavailable),
                Lease::Taken if Instant::now() >= until => return usable(&held, now, Fault::Timeout),
                Lease::Taken => tokio::time::sleep(LOOK_EVERY).await,
            }
        }
    }

    async fn read(&self, of: SubId, now: Timestamp) -> Result<Held, NoToken> {
        let row = self.db().run("read provider tokens", move |conn| store::read(conn, of)).await?;
        self.opened(row.ok_or(NoToken::NotLinked)?, now)
    }

    async fn what_is_there(&self, of: SubId, otherwise: Fault) -> Result<LiveToken, NoToken> {
        let now = self.clock().now();
        usable(&self.read(of, now).await?, now, otherwise)
    }

    /// A token that is still good is used up; after that only a login helps.
    async fn without_refresh_token(
        &self,
        provider: &Provider,
        held: Held,
        standing: Standing,
        now: Timestamp,
    ) -> Result<LiveToken, NoToken> {
        if standing != Standing::Over {
            return Ok(held.live());
        }
        self.end_link(provider, &held, "the access token is over, and there is no refresh token", now).await
    }

    /// The lease is longer than an attempt, which [`Vault::ask`] breaks off: or else two could show one refresh token.
    async fn lease(&self, provider: &Provider, held: &Held, holder: Uuid, now: Timestamp) -> Result<bool, DbError> {
        let (of, version) = (held.of, held.version);
        let until = now + TO_LEASE + longest_renewal(provider.registration()) + TO_WRITE;
        self.db().run("lease provider tokens", move |conn| store::lease(conn, of, version, holder, until, now)).await
    }

    async fn ask(&self, provider: &Provider, held: Held, holder: Uuid, now: Timestamp) -> Result<LiveToken, NoToken> {
        let Some(refresh_token) = held.kept.refresh_token() else { return Err(NoToken::ReauthRequired) };
        let renewal = Renewal { refresh_token: &refresh_token, sub: &held.sub, id_token: held.kept.id_token() };
        let attempt =
            tokio::time::timeout(longest_renewal(provider.registration()), provider.renew(&renewal, now)).await;
        match attempt.unwrap_or_else(|_| Err(Failure::token(Fault::Timeout, "no answer in time"))) {
            Ok(tokens) => self.write(provider, held, &tokens).await,
            Err(failure) if failure.ends_link => {
                self.end_link(provider, &held, &failure.reason, self.clock().now()).await
            }
            Err(failure) => self.put_off(provider, held, holder, failure).await,
        }
    }

    /// Writes down what came, before anybody gets it.
    async fn write(&self, provider: &Provider, held: Held, tokens: &ProviderTokens) -> Result<LiveToken, NoToken> {
        let now = self.clock().now();
        let new =
            New { version: uuid_v7(now), kept: held.kept.renewed(tokens), expires_at: end(tokens.expires_in, now) };
        if self.put(held.of, held.version, &new, now).await? {
            self.record(&Event::AtProvider { provider: provider.id().to_owned(), what: AtProvider::TokenRefreshed });
            return Ok(live(&new.kept, new.expires_at));
        }
        self.too_late(provider, &held, new, now).await
    }

    /// Tries again where the writing fails: what came cannot be had a second time. `false` where another version stands
    /// there than was seen.
    async fn put(&self, of: SubId, seen: Version, new: &New, now: Timestamp) -> Result<bool, DbError> {
        let (version, expires_at, sealed) = (new.version, new.expires_at, new.kept.seal(self.ring(), of, new.version));
        let mut pauses = WRITE_AGAIN.into_iter();
        loop {
            let sealed = sealed.clone();
            let write = move |conn: &mut _| {
                store::renewed(conn, Renewed { of, seen, version, sealed: &sealed, expires_at, now })
            };
            match (self.db().run("write provider tokens", write).await, pauses.next()) {
                (Err(_), Some(pause)) => tokio::time::sleep(Duration::from_millis(pause)).await,
                (outcome, _) => return outcome,
            }
        }
    }

    /// Somebody else has written since: a login, or another replica after our lease ran out. What they wrote counts.
    async fn too_late(&self, provider: &Provider, held: &Held, new: New, now: Timestamp) -> Result<LiveToken, NoToken> {
        let (of, id, version) = (held.of, provider.id().to_owned(), new.version);
        let sealed = new.kept.seal(self.ring(), of, version);
        let look = self.db().run("look for provider tokens", move |conn| {
            let row = store::read(conn, of)?.filter(|row| row.version.is_some());
            if row.is_none() {
                // The person signed out meanwhile, and what came is revoked.
                store::take_over(conn, &id, of, version, &sealed, now)?;
            }
            Ok(row)
        });
        let theirs = self.opened(look.await?.ok_or(NoToken::ReauthRequired)?, now)?;
        if theirs.kept.waits_for(&held.kept, &new.kept) {
            // A login that gave no refresh token kept the one that is spent by now. Whoever writes once more is right too.
            let kept = theirs.kept.with_refresh_token_of(&new.kept);
            let mended = New { version: uuid_v7(now), kept, expires_at: theirs.expires_at };
            self.put(of, theirs.version, &mended, now).await?;
        }
        usable(&theirs, now, Fault::Timeout)
    }

    async fn end_link(
        &self,
        provider: &Provider,
        held: &Held,
        reason: &str,
        now: Timestamp,
    ) -> Result<LiveToken, NoToken> {
        let (of, seen, detail) = (held.of, held.version, json!({ "identity": held.of, "reason": reason }));
        let end = move |conn: &mut _| store::end_link(conn, of, seen, &detail, now);
        if !self.db().run("end provider link", end).await? {
            // Refused because somebody else was faster with the same refresh token, or there was a login since.
            return self.what_is_there(of, Fault::Unavailable).await;
        }
        let what = AtProvider::LinkBroken { identity: of, reason: reason.to_owned() };
        self.record(&Event::AtProvider { provider: provider.id().to_owned(), what });
        Err(NoToken::ReauthRequired)
    }

    /// The provider gave no usable answer: everything stays as it is, and is tried again a little later.
    async fn put_off(
        &self,
        provider: &Provider,
        held: Held,
        holder: Uuid,
        failure: Failure,
    ) -> Result<LiveToken, NoToken> {
        let now = self.clock().now();
        let (of, until) = (held.of, now + PAUSE);
        // Where this cannot be written, the lease runs out.
        let _logged = self.db().run("put off refresh", move |conn| store::pause(conn, of, holder, until)).await;
        let what = AtProvider::TokenNotRefreshed { identity: of, reason: failure.reason };
        self.record(&Event::AtProvider { provider: provider.id().to_owned(), what });
        usable(&held, now, failure.fault)
    }
}

/// What is to be written.
struct New {
    version: Version,
    kept: Kept,
    expires_at: Option<Timestamp>,
}

/// The token that is there, as long as it is good.
fn usable(held: &Held, now: Timestamp, otherwise: Fault) -> Result<LiveToken, NoToken> {
    if held.standing(now) == Standing::Over { Err(NoToken::Provider(otherwise)) } else { Ok(held.live()) }
}
