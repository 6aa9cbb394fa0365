//! The Status List Tokens (draft-ietf-oauth-status-list-21 §5.1): signed from what this replica watches, without the
//! database, and kept until the list changes or its `ttl` has passed; made at most once a second.

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

/// How often a list is made at the most, however fast it changes: much less than any `ttl` is worth. Until then the last
/// one serves.
const LEAST_AGE: TimeDelta = TimeDelta::seconds(1);

/// The lists that were asked for.
#[derive(Default)]
pub struct StatusLists(DashMap<u64, Arc<Slot>>);

/// One list. Only its own callers ever wait for it, and only for the first.
#[derive(Default)]
struct Slot {
    last: ArcSwapOption<StatusListToken>,
    making: Mutex<()>,
}

/// A signed list.
pub struct StatusListToken {
    /// The JWT.
    pub jwt: String,
    /// Its entity tag, in quotes.
    pub etag: String,
    generation: u64,
    made_at: Timestamp,
    kid: String,
}

/// Why there is none.
#[derive(Debug, thiserror::Error)]
pub enum NoStatusList {
    /// No session can be in a list of that number yet.
    #[error("there is no such status list")]
    Unknown,
    /// It is not known who was revoked lately, and a list that does not say so is worse than none.
    #[error("the revocation feed is out of reach")]
    NotFresh,
    /// The work was lost: a defect of ours.
    #[error("the status list was not made")]
    Lost,
    /// No key signs.
    #[error(transparent)]
    Sign(#[from] UnusableKey),
}

#[derive(Serialize)]
struct Claims {
    iss: String,
    sub: String,
    iat: i64,
    exp: i64,
    ttl: u64,
    status_list: StatusList,
}

/// The address of a list, and its name.
fn uri(app: &App, list: u64) -> String {
    format!("{}/status-lists/{list}", app.config.server.public_url.issuer())
}

impl StatusLists {
    /// The list of that number, as it is now or was within the last second. Costs no round trip.
    pub async fn get(&self, app: &App, list: u64, now: Timestamp) -> Result<Arc<StatusListToken>, NoStatusList> {
        if !app.watch.is_fresh() {
            return Err(NoStatusList::NotFresh);
        }
        if !app.watch.has_list(list) {
            return Err(NoStatusList::Unknown);
        }
        let slot = self.slot(list);
        let ttl = TimeDelta::from_std(app.config.tokens.status_list_ttl).unwrap_or(TimeDelta::MAX);
        // Where a key was revoked, nothing is handed out that it signed.
        let trusted = |last: &Arc<StatusListToken>| app.keys.keys().by_kid(&last.kid).is_some();
        let good =
            |last: &Arc<StatusListToken>| last.serves(app.watch.list_generation(list), ttl, now) && trusted(last);
        if let Some(last) = slot.last.load_full().filter(good) {
            return Ok(last);
        }
        let _turn = match slot.making.try_lock() {
            Ok(turn) => turn,
            // Somebody makes it already, and the last one is not too old to do meanwhile.
            Err(_) => match slot.last.load_full().filter(|last| last.is_younger(ttl, now) && trusted(last)) {
                Some(previous) => return Ok(previous),
                None => slot.making.lock().await,
            },
        };
        // A crowd has it made once.
        if let Some(last) = slot.last.load_full().filter(good) {
            return Ok(last);
        }
        let made = Arc::new(StatusListToken::make(app, list, now).await?);
        slot.last.store(Some(Arc::clone(&made)));
        Ok(made)
    }

    /// There are as many as there are lists: only known ones are asked for.
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

    /// Makes it on a thread for such work: a million bits take their time, and the worker has other requests.
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
        let watch = app.watch.clone();
        let work = move || {
            let shown = watch.list(list).ok_or(NoStatusList::Unknown)?;
            let claims = Claims {
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
