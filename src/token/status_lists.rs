//! The Status List Tokens (draft-ietf-oauth-status-list-21 §5.1), signed from this replica's revocation cache without the
//! database. A signed list is cached until the list changes or its `ttl` has passed, and built at most once a second.

use std::sync::Arc;

use arc_swap::ArcSwapOption;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::TimeDelta;
use dashmap::DashMap;
use serde::Serialize;
use tokio::sync::Mutex;

use super::jwt;
use super::status_list::StatusList;
use crate::app::App;
use crate::base::clock::Timestamp;
use crate::base::secret::Hashed;
use crate::config::Algorithm;
use crate::keys::UnusableKey;
use crate::session::LIST_LEN;

/// The `typ` of a Status List Token.
const TYP: &str = "statuslist+jwt";

/// The shortest time between two builds of a list, however fast it changes; any sensible `ttl` is much longer. Until then
/// the previous one is served.
const LEAST_AGE: TimeDelta = TimeDelta::seconds(1);

/// The cache of signed lists, by their number.
#[derive(Default)]
pub struct StatusLists(DashMap<u64, Arc<Slot>>);

/// One list. Callers wait only for its first build, and never for the build of another list.
#[derive(Default)]
struct Slot {
    last: ArcSwapOption<StatusListToken>,
    making: Mutex<()>,
}

/// A signed list with its entity tag.
pub struct StatusListToken {
    /// The Status List Token as a signed JWT.
    pub jwt: String,
    /// The value of `ETag`, with its quotes.
    pub etag: String,
    generation: u64,
    made_at: Timestamp,
    kid: String,
}

/// Why a list cannot be served.
#[derive(Debug, thiserror::Error)]
pub enum NoStatusList {
    /// No list of that number exists yet (404).
    #[error("there is no such status list")]
    Unknown,
    /// The revocation cache is too old to tell what was revoked recently (503).
    #[error("the revocation feed is out of reach")]
    NotFresh,
    /// The thread that builds the list failed: a defect.
    #[error("the status list was not made")]
    Lost,
    /// There is no signing key.
    #[error(transparent)]
    Sign(#[from] UnusableKey),
}

#[derive(Serialize)]
struct StatusListClaims {
    iss: String,
    sub: String,
    iat: i64,
    exp: i64,
    ttl: u64,
    status_list: StatusList,
}

/// The address of a list, which is also its `sub`.
fn uri(app: &App, list: u64) -> String {
    format!("{}/status-lists/{list}", app.config.server.public_url.issuer())
}

impl StatusLists {
    /// The list of that number, at most one second old. Needs no statement.
    pub async fn get(&self, app: &App, list: u64, now: Timestamp) -> Result<Arc<StatusListToken>, NoStatusList> {
        if !app.revocations.is_fresh() {
            return Err(NoStatusList::NotFresh);
        }
        if !app.revocations.has_list(list) {
            return Err(NoStatusList::Unknown);
        }
        let slot = self.slot(list);
        let ttl = TimeDelta::from_std(app.config.tokens.status_list_ttl).unwrap_or(TimeDelta::MAX);
        // A cached list that a revoked key signed is not served.
        let trusted = |last: &Arc<StatusListToken>| app.keys.keys().by_kid(&last.kid).is_some();
        let good =
            |last: &Arc<StatusListToken>| last.serves(app.revocations.list_generation(list), ttl, now) && trusted(last);
        if let Some(last) = slot.last.load_full().filter(good) {
            return Ok(last);
        }
        let _turn = match slot.making.try_lock() {
            Ok(turn) => turn,
            // Another request builds it, and the previous one has not reached its `ttl`.
            Err(_) => match slot.last.load_full().filter(|last| last.is_younger(ttl, now) && trusted(last)) {
                Some(previous) => return Ok(previous),
                None => slot.making.lock().await,
            },
        };
        // Concurrent requests share one build.
        if let Some(last) = slot.last.load_full().filter(good) {
            return Ok(last);
        }
        let made = Arc::new(StatusListToken::make(app, list, now).await?);
        slot.last.store(Some(Arc::clone(&made)));
        Ok(made)
    }

    /// The cache has at most one entry for each list that exists: callers check the number first.
    fn slot(&self, list: u64) -> Arc<Slot> {
        if let Some(slot) = self.0.get(&list) {
            return Arc::clone(&slot);
        }
        Arc::clone(&self.0.entry(list).or_default())
    }
}

impl StatusListToken {
    fn serves(&self, generation: u64, ttl: TimeDelta, now: Timestamp) -> bool {
        self.is_younger(if self.generation == generation { ttl } else { LEAST_AGE }, now)
    }

    fn is_younger(&self, age: TimeDelta, now: Timestamp) -> bool {
        self.made_at <= now && now - self.made_at < age
    }

    /// Builds it on a thread of its own: a million bits take several milliseconds, which would block the worker.
    #[expect(
        clippy::disallowed_methods,
        reason = "one at a time for each list, and there is a list a million sessions"
    )]
    async fn make(app: &App, list: u64, now: Timestamp) -> Result<Self, NoStatusList> {
        let keys = app.keys.keys();
        let algorithms = app.config.signing.algorithms.clone();
        let (iss, sub) = (app.config.server.public_url.issuer().to_owned(), uri(app, list));
        let ttl = app.config.tokens.status_list_ttl.as_secs().max(1);
        let lifetime = app.config.tokens.status_list_lifetime().as_secs();
        let revocations = app.revocations.clone();
        let work = move || {
            let shown = revocations.list(list).ok_or(NoStatusList::Unknown)?;
            let claims = StatusListClaims {
                iss,
                sub,
                iat: now.timestamp(),
                exp: now.timestamp().saturating_add_unsigned(lifetime),
                ttl,
                status_list: StatusList::new(LIST_LEN, shown.places),
            };
            let key = keys.first_signing(&algorithms).ok_or(UnusableKey::of(Algorithm::Es256))?;
            let jwt = jwt::sign(key, TYP, &claims)?;
            let etag = format!("\"{}\"", URL_SAFE_NO_PAD.encode(Hashed::of(&jwt).as_bytes()));
            Ok(Self { jwt, etag, generation: shown.generation, made_at: now, kid: key.kid().to_owned() })
        };
        tokio::task::spawn_blocking(work).await.unwrap_or(Err(NoStatusList::Lost))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_serves_while_it_is_unchanged_or_was_made_just_now() {
        let at = |seconds| Timestamp::UNIX_EPOCH + TimeDelta::seconds(seconds);
        let (jwt, etag, kid) = Default::default();
        let list = StatusListToken { jwt, etag, generation: 7, made_at: at(100), kid };
        let serves = |generation, second| list.serves(generation, TimeDelta::seconds(30), at(second));
        assert!(serves(7, 100) && serves(7, 129) && !serves(7, 130));
        assert!(serves(8, 100) && !serves(8, 101));
        assert!(!serves(7, 99), "a clock that was set back must not make it young for long");
    }
}
