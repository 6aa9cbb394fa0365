//! Handing out an access token that is good.

use std::sync::Arc;

use dashmap::DashMap;
use tokio::sync::Mutex;
use tracing::Instrument;

use super::kept::{Kept, Version};
use super::standing::{Standing, standing};
use super::store::{self, Row, Whose};
use crate::base::clock::{Clock, Timestamp};
use crate::base::db::{Db, DbError};
use crate::base::event::Event;
use crate::base::id::SubId;
use crate::base::seal::Ring;
use crate::base::secret::Plain;
use crate::upstream::Fault;
use crate::upstream::Provider;

/// The vault. Cheap to clone; every clone shares what is under way.
#[derive(Clone)]
pub struct Vault(Arc<Inner>);

struct Inner {
    db: Db,
    ring: Arc<Ring>,
    clock: Clock,
    record: fn(&Event),
    /// Whoever refreshes in this process holds the identity's lock, so that only one at a time asks the database about it.
    flights: DashMap<SubId, Arc<Mutex<()>>>,
}

/// A provider's access token that is good now.
pub struct LiveToken {
    /// The token.
    pub access_token: Plain,
    /// OAuth 1.0a: the secret that belongs to it.
    pub token_secret: Option<Plain>,
    /// What it is good for, where the provider said so.
    pub scope: Option<String>,
    /// Its end, where the provider said so.
    pub expires_at: Option<Timestamp>,
}

/// Why there is none.
#[derive(Debug, thiserror::Error)]
pub enum NoToken {
    /// The person has no identity at that provider.
    #[error("not linked")]
    NotLinked,
    /// Tokens of that provider are not kept (`store_tokens`).
    #[error("tokens are not stored")]
    NotStored,
    /// Only a login at the provider helps.
    #[error("reauth required")]
    ReauthRequired,
    /// The provider gave no new one, and the old one is over.
    #[error("the provider gave no token")]
    Provider(Fault),
    /// The database gave no answer.
    #[error(transparent)]
    Db(#[from] DbError),
}

/// An identity's tokens as they were read, opened.
pub(super) struct Held {
    pub(super) of: SubId,
    pub(super) sub: String,
    pub(super) version: Version,
    pub(super) kept: Kept,
    pub(super) expires_at: Option<Timestamp>,
    pub(super) since: Timestamp,
    pub(super) lease: Lease,
}

/// Who may refresh.
pub(super) enum Lease {
    /// Whoever comes.
    Free,
    /// Somebody does it.
    Taken,
    /// Nobody, since it failed a moment ago.
    Paused,
}

impl Held {
    /// What the access token is worth.
    pub(super) fn standing(&self, now: Timestamp) -> Standing {
        standing(self.since, self.expires_at, now)
    }

    /// The access token.
    pub(super) fn live(&self) -> LiveToken {
        live(&self.kept, self.expires_at)
    }
}

/// The access token of these.
pub(super) fn live(kept: &Kept, expires_at: Option<Timestamp>) -> LiveToken {
    LiveToken {
        access_token: kept.access_token(),
        token_secret: kept.token_secret(),
        scope: kept.scope().map(String::from),
        expires_at,
    }
}

impl Vault {
    /// Knows nothing yet. `record` is told what happens.
    pub fn new(db: &Db, ring: &Arc<Ring>, clock: &Clock, record: fn(&Event)) -> Self {
        let (db, ring, clock) = (db.clone(), Arc::clone(ring), clock.clone());
        Self(Arc::new(Inner { db, ring, clock, record, flights: DashMap::new() }))
    }

    /// A person's access token at that provider, refreshed where it is time to. One round trip where it is not.
    pub async fn live(&self, provider: &Provider, whose: Whose, now: Timestamp) -> Result<LiveToken, NoToken> {
        if !provider.registration().store_tokens {
            return Err(NoToken::NotStored);
        }
        let id = provider.id().to_owned();
        let row = self.db().run("find provider tokens", move |conn| store::find(conn, &id, whose)).await?;
        let held = self.opened(row.ok_or(NoToken::NotLinked)?, now)?;
        let standing = held.standing(now);
        if standing == Standing::Good {
            return Ok(held.live());
        }
        // In a task of its own: a caller that goes away in the middle must not take the provider's answer along.
        let (vault, provider) = (self.clone(), provider.clone());
        let task = tokio::spawn(
            async move { vault.renewed(&provider, held.of, standing == Standing::Over).await }.in_current_span(),
        );
        task.await.unwrap_or_else(|_| Err(DbError::Failed("the refresh broke off".into()).into()))
    }

    pub(super) fn opened(&self, row: Row, now: Timestamp) -> Result<Held, NoToken> {
        let Row { sub_id, sub, version, sealed, expires_at, updated_at, lease_holder, lease_until } = row;
        let (Some(version), Some(sealed), Some(since)) = (version, sealed, updated_at) else {
            return Err(NoToken::ReauthRequired);
        };
        let kept = Kept::open(&self.0.ring, sub_id, version, &sealed).map_err(|error| {
            // Not written down: another replica may have the key.
            tracing::error!(identity = %sub_id, %error, "provider tokens cannot be opened");
            NoToken::ReauthRequired
        })?;
        let lease = match (lease_holder, lease_until.filter(|until| *until > now)) {
            (_, None) => Lease::Free,
            (Some(_), Some(_)) => Lease::Taken,
            (None, Some(_)) => Lease::Paused,
        };
        Ok(Held { of: sub_id, sub, version, kept, expires_at, since, lease })
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

    pub(super) fn clock(&self) -> &Clock {
        &self.0.clock
    }

    /// The lock of an identity. To be let go of by [`Vault::land`].
    pub(super) fn flight(&self, of: SubId) -> Arc<Mutex<()>> {
        Arc::clone(&self.0.flights.entry(of).or_default())
    }

    /// Forgets the lock of an identity, unless somebody else waits for it.
    pub(super) fn land(&self, of: SubId, flight: Arc<Mutex<()>>) {
        drop(flight);
        self.0.flights.remove_if(&of, |_, flight| Arc::strong_count(flight) == 1);
    }
}
